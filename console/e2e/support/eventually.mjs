// The only module that waits: it polls with a deadline.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

const PAUSE_MS = 100;
const BECOMES_MS = 10_000;

/** The first truthy answer of `read`; fails when there is none in time. */
export async function eventually(what, read, withinMs = 30_000) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await read();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await pause(PAUSE_MS);
  }
}

/**
 * Waits until `read` returns `wanted`, as a page may draw it some frames after the action that
 * causes it; fails with the last value.
 */
export async function becomes(read, wanted, message) {
  const deadline = performance.now() + BECOMES_MS;
  for (;;) {
    const found = await read();
    if (isDeepStrictEqual(found, wanted)) return;
    if (performance.now() > deadline) return assert.deepEqual(found, wanted, message);
    await pause(PAUSE_MS);
  }
}
