// What the server says about itself to anybody.
import { type Query, useQuery } from "./useQuery";

export interface Health {
  status: string;
  version?: string;
  account?: string;
  region?: string;
}

export function useHealth(): Query<Health> {
  return useQuery(async (signal) => {
    const response = await fetch("/_shoseki/health", { signal });
    return (await response.json()) as Health;
  }, []);
}
