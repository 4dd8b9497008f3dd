// A read that a page shows: `const keys = useQuery((signal) => load(kms, signal), [kms])`.
// Runs when the dependencies change; a run that was overtaken is aborted and its answer dropped.
import { useCallback, useEffect, useRef, useState } from "react";

export interface Query<T> {
  /** The last answer; kept while a reload runs. */
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
}

export function useQuery<T>(
  load: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
  options: { enabled?: boolean } = {},
): Query<T> {
  const enabled = options.enabled ?? true;
  const [turn, setTurn] = useState(0);
  const [answer, setAnswer] = useState<{ data?: T; error?: unknown; loading: boolean }>({ loading: enabled });
  const latest = useRef(load);
  latest.current = load;
  const previous = useRef(dependencies);

  useEffect(() => {
    if (!enabled) {
      setAnswer({ loading: false });
      return undefined;
    }
    const controller = new AbortController();
    const changed = previous.current.some((value, index) => !Object.is(value, dependencies[index]));
    previous.current = dependencies;
    setAnswer((before) => {
      const data = changed ? undefined : before.data;
      // A new page already shows that it is loading: there is no need to render it twice.
      const same = before.loading && before.data === data && before.error === undefined;
      return same ? before : { data, loading: true };
    });
    latest.current(controller.signal).then(
      (data) => !controller.signal.aborted && setAnswer({ data, loading: false }),
      (error: unknown) => !controller.signal.aborted && setAnswer({ error, loading: false }),
    );
    return () => controller.abort();
    // The caller names the dependencies.
  }, [...dependencies, enabled, turn]);

  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { data: answer.data, error: answer.error, loading: answer.loading, reload };
}

/** Everything a paginated call returns, page by page. */
export async function everyPage<P, T>(
  page: (marker: string | undefined) => Promise<P>,
  next: (answer: P) => string | undefined,
  items: (answer: P) => readonly T[] | undefined,
): Promise<T[]> {
  const all: T[] = [];
  let marker: string | undefined;
  do {
    const answer = await page(marker);
    all.push(...(items(answer) ?? []));
    marker = next(answer);
  } while (marker);
  return all;
}
