// What was done so far, and what went wrong: shown on the last page of the wizard.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { ErrorAlert } from "../../../components/ErrorAlert";
import { t } from "../../../i18n";
import type { StepLine, useSteps } from "./useSteps";

const TYPES = { waiting: "pending", running: "in-progress", done: "success", failed: "error" } as const;

function Line({ state, text }: StepLine) {
  return <StatusIndicator type={TYPES[state]}>{text}</StatusIndicator>;
}

export function Progress({ steps, title }: { steps: ReturnType<typeof useSteps>; title: string }) {
  if (steps.lines.length === 0 && !steps.error) return null;
  return (
    <SpaceBetween size="s">
      <ErrorAlert error={steps.error} title={title} />
      <div role="status" aria-live="polite">
        <SpaceBetween size="xxs">
          {steps.lines.map((line) => (
            <Line key={line.id} {...line} />
          ))}
        </SpaceBetween>
      </div>
      {steps.error !== undefined && steps.undoable && (
        <SpaceBetween size="xs">
          <div>{t("trail.undo.about")}</div>
          <Button loading={steps.busy} onClick={() => void steps.undo()}>
            {t("trail.undo")}
          </Button>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
