// How often this server delivers, for every text that says when something arrives.
import { useEffect, useSyncExternalStore } from "react";
import { type Clients, useClients } from "./clients";
import { currentSession } from "./session";
import { callShoseki } from "./shoseki";

export interface Intervals {
  /** Seconds between two log files; absent when the caller may not know. */
  delivery?: number;
  /** Seconds between two digests; absent when the caller may not know. */
  digest?: number;
  /** The server runs with the profile for people who try things out. */
  rehearsal: boolean;
}

const UNKNOWN: Intervals = { rehearsal: false };
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

/** Asks once for each user; the answer stays the same while a server runs. */
async function ask(clients: Clients): Promise<void> {
  const { arn } = currentSession() ?? {};
  if (asker === arn) return;
  asker = arn;
  try {
    const answer = await callShoseki<Answer>(clients, "DescribeDeliveries", {});
    const { DeliveryInterval: delivery, DigestInterval: digest } = answer;
    known = { delivery, digest, rehearsal: delivery !== undefined && delivery < REHEARSAL_BELOW_S };
    for (const listener of listeners) listener();
  } catch {
    // Who may not ask reads that the server's settings say it.
  }
}

export function useIntervals(): Intervals {
  const clients = useClients();
  useEffect(() => void ask(clients), [clients]);
  return useSyncExternalStore(subscribe, () => known) ?? UNKNOWN;
}
