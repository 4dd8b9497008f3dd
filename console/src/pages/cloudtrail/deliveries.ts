// Pending deliveries, as `DescribeDeliveries` of the server's own service returns them.
import { useClients } from "../../aws/clients";
import { callShoseki } from "../../aws/shoseki";
import { type Query, useQuery } from "../../aws/useQuery";

/** Files of one kind in one folder of a bucket: they wait for the same thing. Times in seconds. */
export interface Queue {
  Bucket: string;
  Folder: string;
  Kind: "LogFile" | "Digest";
  Files: number;
  Events: number;
  Oldest: number;
  Attempts: number;
  LatestAttempt?: number;
  NextAttempt?: number;
  Error?: string;
  /** The request that was refused last. */
  RequestId?: string;
}

/** A file that was given up after 30 days. */
export interface Loss {
  Bucket: string;
  Object: string;
  GivenUp: number;
  Error?: string;
  Events: number;
}

export interface Delivery {
  TrailARN: string;
  Name: string;
  HomeRegion: string;
  IsLogging: boolean;
  /** Milliseconds from the oldest event of the last log file to its delivery. */
  LatestDelay?: number;
  Queues: Queue[];
  Losses: Loss[];
}

export interface Deliveries {
  /** Seconds. */
  DeliveryInterval?: number;
  /** Seconds. */
  DigestInterval?: number;
  Deliveries: Delivery[];
}

/** Of one trail, or of all. */
export function useDeliveries(trail?: string): Query<Deliveries> {
  const clients = useClients();
  const input = trail === undefined ? {} : { Name: trail };
  return useQuery((signal) => callShoseki<Deliveries>(clients, "DescribeDeliveries", input, signal), [clients, trail]);
}
