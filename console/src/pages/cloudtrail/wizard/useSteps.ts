// Runs steps one after another and remembers what is done, so that a second try goes on from there.
import { useRef, useState } from "react";
import type { Step } from "./submit";

export type StepState = "waiting" | "running" | "done" | "failed";

export interface StepLine {
  id: string;
  text: string;
  state: StepState;
}

interface Done {
  id: string;
  text: string;
  undo: (() => Promise<unknown>) | undefined;
}

export function useSteps() {
  const done = useRef<Done[]>([]);
  const [lines, setLines] = useState<StepLine[]>([]);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const mark = (id: string, state: StepState) =>
    setLines((before) => before.map((line) => (line.id === id ? { ...line, state } : line)));

  /** True when every step succeeded. */
  const run = async (steps: readonly Step[]): Promise<boolean> => {
    const isDone = (id: string) => done.current.some((one) => one.id === id);
    setBusy(true);
    setError(undefined);
    setLines(steps.map(({ id, text }) => ({ id, text, state: isDone(id) ? "done" : "waiting" })));
    for (const { id, text, run: work } of steps) {
      if (isDone(id)) continue;
      mark(id, "running");
      try {
        const undo = await work();
        done.current.push({ id, text, undo });
        mark(id, "done");
      } catch (thrown) {
        mark(id, "failed");
        setError(thrown);
        setBusy(false);
        return false;
      }
    }
    setBusy(false);
    return true;
  };

  /** Takes back what was made, newest first. */
  const undo = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      while (done.current.length > 0) {
        await done.current.at(-1)?.undo?.();
        done.current.pop();
      }
      setLines([]);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };

  const undoable = done.current.some((one) => one.undo !== undefined);
  return { run, undo, undoable, lines, error, busy };
}
