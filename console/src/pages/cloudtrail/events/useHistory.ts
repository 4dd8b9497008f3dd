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
}

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
  const { key, value, from, to } = asked;

  const load = useCallback(
    async (token: string | undefined, before: readonly HistoryRow[]) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      setState((old) => ({ ...old, loading: true, error: undefined }));
      try {
        const answer = await cloudtrail.send(
          new LookupEventsCommand({
            LookupAttributes: key && value ? [{ AttributeKey: key, AttributeValue: value }] : undefined,
            StartTime: from,
            EndTime: to,
            NextToken: token,
          }),
          { abortSignal: controller.signal },
        );
        if (controller.signal.aborted) return;
        setState({ rows: [...before, ...(answer.Events ?? []).map(rowOf)], next: answer.NextToken, loading: false });
      } catch (error) {
        if (!controller.signal.aborted) setState((old) => ({ ...old, error, loading: false }));
      }
    },
    [cloudtrail, key, value, from, to],
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
