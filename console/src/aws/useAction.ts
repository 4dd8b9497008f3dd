// A write that a button starts: `const { run, busy, error } = useAction(async () => {...})`.
import { useCallback, useRef, useState } from "react";

export interface Action<A extends readonly unknown[]> {
  /** Runs the work; true when it succeeded. Never throws. */
  run: (...parameters: A) => Promise<boolean>;
  busy: boolean;
  error: unknown;
  clear: () => void;
}

export function useAction<A extends readonly unknown[]>(work: (...parameters: A) => Promise<void>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const latest = useRef(work);
  latest.current = work;

  const run = useCallback(async (...parameters: A) => {
    setBusy(true);
    setError(undefined);
    try {
      await latest.current(...parameters);
      return true;
    } catch (thrown) {
      setError(thrown);
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setError(undefined), []);
  return { run, busy, error, clear };
}
