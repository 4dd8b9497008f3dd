// The server's description of itself, for callers with credentials; its public status page has none of this.
import { type Clients, useClients } from "./clients";
import { callShoseki } from "./shoseki";
import { type Query, useQuery } from "./useQuery";

export interface Server {
  Version: string;
  /** The region of requests that name none. */
  Region: string;
  /** Seconds between two log files. */
  DeliveryInterval?: number;
  /** Seconds between two digests. */
  DigestInterval?: number;
  Profile?: "standard" | "rehearsal";
  /** Absent for callers without the permission. */
  Status?: "ok" | "degraded";
  Reasons?: string[];
}

export function describeServer(clients: Clients, signal?: AbortSignal): Promise<Server> {
  return callShoseki<Server>(clients, "DescribeServer", {}, signal);
}

export function useServer(): Query<Server> {
  const clients = useClients();
  return useQuery((signal) => describeServer(clients, signal), [clients]);
}
