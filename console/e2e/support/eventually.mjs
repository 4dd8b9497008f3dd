// The only place that waits: polls until something is so, with a deadline.
import { setTimeout as pause } from "node:timers/promises";

const PAUSE_MS = 100;

/** The first truthy answer of `look`; fails when there is none in time. */
export async function eventually(what, look, withinMs = 30_000) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await pause(PAUSE_MS);
  }
}
