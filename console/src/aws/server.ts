// What the server says about itself: its status page tells strangers nothing, and callers this.
import { useClients } from "./clients";
import { callShoseki } from "./shoseki";
import { type Query, useQuery } from "./useQuery";

export interface Server {
  Version: string;
  /** The region of requests that name none. */
  Region: string;
  /** Absent for those who may not know. */
  Status?: "ok" | "degraded";
  Reasons?: string[];
}

export function useServer(): Query<Server> {
  const clients = useClients();
  return useQuery((signal) => callShoseki<Server>(clients, "DescribeServer", {}, signal), [clients]);
}
