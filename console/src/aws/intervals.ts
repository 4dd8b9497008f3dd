// How often this server delivers, for every text about arrival times.
import { useEffect, useSyncExternalStore } from "react";
import { type Clients, useClients } from "./clients";
import { currentSession } from "./session";
import { describeServer } from "./server";

export interface Intervals {
  /** Seconds between two log files; absent until the server has answered. */
  delivery?: number;
  /** Seconds between two digests; absent until the server has answered. */
  digest?: number;
  /** The server runs with the profile for people who try things out. */
  rehearsal: boolean;
}

const UNKNOWN: Intervals = { rehearsal: false };

let known: Intervals | undefined;
/** Who was the last to ask. */
let asker: string | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Asks once for each user; the answer stays the same while a server runs. */
async function ask(clients: Clients): Promise<void> {
  const { arn } = currentSession() ?? {};
  if (asker === arn) return;
  asker = arn;
  try {
    const answer = await describeServer(clients);
    const { DeliveryInterval: delivery, DigestInterval: digest } = answer;
    known = { delivery, digest, rehearsal: answer.Profile === "rehearsal" };
    for (const listener of listeners) listener();
  } catch {
    // The texts refer to the server's settings, and the next user's pages ask again.
    asker = undefined;
  }
}

export function useIntervals(): Intervals {
  const clients = useClients();
  useEffect(() => void ask(clients), [clients]);
  return useSyncExternalStore(subscribe, () => known) ?? UNKNOWN;
}
