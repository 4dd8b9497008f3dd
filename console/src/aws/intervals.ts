// How often this server delivers: AWS's intervals, unless it was started with others.
import { useEffect, useSyncExternalStore } from "react";
import { type Clients, useClients } from "./clients";
import { currentSession } from "./session";
import { callShoseki } from "./shoseki";

export interface Intervals {
  /** Seconds between two log files. */
  delivery: number;
  /** Seconds between two digests. */
  digest: number;
  /** The server runs with the profile for people who try things out. */
  rehearsal: boolean;
}

/** Source: CloudTrail User Guide: log files about every five minutes, digests every hour. */
const DEFAULT: Intervals = { delivery: 300, digest: 3600, rehearsal: false };
/** Nobody who keeps logs delivers more often than once a minute. */
const REHEARSAL_BELOW_S = 60;

let known: Intervals | undefined;
/** Who was the last to ask. */
let asker: string | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

interface Answer {
  DeliveryInterval?: number;
  DigestInterval?: number;
}

/** Asks once for each user; who may not ask reads AWS's intervals. */
async function ask(clients: Clients): Promise<void> {
  const { arn } = currentSession() ?? {};
  if (asker === arn) return;
  asker = arn;
  try {
    const answer = await callShoseki<Answer>(clients, "DescribeDeliveries", {});
    const delivery = answer.DeliveryInterval ?? DEFAULT.delivery;
    known = { delivery, digest: answer.DigestInterval ?? DEFAULT.digest, rehearsal: delivery < REHEARSAL_BELOW_S };
    for (const listener of listeners) listener();
  } catch {
    // The texts name AWS's intervals then.
  }
}

export function useIntervals(): Intervals {
  const clients = useClients();
  useEffect(() => void ask(clients), [clients]);
  return useSyncExternalStore(subscribe, () => known) ?? DEFAULT;
}
