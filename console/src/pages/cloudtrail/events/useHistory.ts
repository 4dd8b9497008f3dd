// The event history, page by page: what was asked for, what has come, and how to get more.
import { type LookupAttributeKey, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { useCallback, useEffect, useRef, useState } from "react";
import { useClients } from "../../../aws/clients";
import { type HistoryRow, rowOf } from "./record";

export interface Asked {
  key: LookupAttributeKey | "";
  value: string;
  from?: Date;
  to?: Date;
  /** The request to find: pages are loaded until its event is found. */
  request?: string;
}

/** So many pages are loaded for a request; the user may ask for more. */
const PAGES_MAX = 20;

export interface History {
  data: readonly HistoryRow[] | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
  /** Absent when everything has come. */
  more?: () => void;
}

interface State {
  rows?: HistoryRow[];
  next?: string;
  error?: unknown;
  loading: boolean;
}

export function useHistory(asked: Asked): History {
  const { cloudtrail } = useClients();
  const [state, setState] = useState<State>({ loading: true });
  const [turn, setTurn] = useState(0);
  const running = useRef<AbortController>(undefined);
  const { key, value, from, to, request } = asked;

  const load = useCallback(
    async (token: string | undefined, before: readonly HistoryRow[]) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      setState((old) => ({ ...old, loading: true, error: undefined }));
      let rows = [...before];
      let next = token;
      try {
        for (let page = 1; ; page += 1) {
          const answer = await cloudtrail.send(
            new LookupEventsCommand({
              LookupAttributes: key && value ? [{ AttributeKey: key, AttributeValue: value }] : undefined,
              StartTime: from,
              EndTime: to,
              NextToken: next,
            }),
            { abortSignal: controller.signal },
          );
          if (controller.signal.aborted) return;
          rows = [...rows, ...(answer.Events ?? []).map(rowOf)];
          next = answer.NextToken;
          const found = !request || rows.some(({ record }) => record.requestID === request);
          if (found || !next || page >= PAGES_MAX) break;
        }
        setState({ rows, next, loading: false });
      } catch (error) {
        if (!controller.signal.aborted) setState((old) => ({ ...old, error, loading: false }));
      }
    },
    [cloudtrail, key, value, from, to, request],
  );

  useEffect(() => {
    setState({ loading: true });
    void load(undefined, []);
    return () => running.current?.abort();
  }, [load, turn]);

  const { rows, next } = state;
  return {
    data: rows,
    error: state.error,
    loading: state.loading,
    reload: useCallback(() => setTurn((before) => before + 1), []),
    more: next && !state.loading ? () => void load(next, rows ?? []) : undefined,
  };
}
