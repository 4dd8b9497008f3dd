// What was done so far, and what went wrong: shown on the last page of the wizard.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { failureOf } from "../../../aws/errors";
import { ErrorAlert } from "../../../components/ErrorAlert";
import { t } from "../../../i18n";
import { pageOf } from "./submit";
import type { StepLine, useSteps } from "./useSteps";

const TYPES = { waiting: "pending", running: "in-progress", done: "success", failed: "error" } as const;

function Line({ state, text }: StepLine) {
  return <StatusIndicator type={TYPES[state]}>{text}</StatusIndicator>;
}

interface Props {
  steps: ReturnType<typeof useSteps>;
  title: string;
  /** Goes to the page where the error can be put right. */
  onEdit: (page: number) => void;
}

export function Progress({ steps, title, onEdit }: Props) {
  if (steps.lines.length === 0 && !steps.error) return null;
  const page = steps.error === undefined ? undefined : pageOf(failureOf(steps.error).code);
  return (
    <SpaceBetween size="s">
      <ErrorAlert error={steps.error} title={title} />
      {page !== undefined && (
        <Button onClick={() => onEdit(page)}>
          {t("trail.editNamed", { name: t(page === 0 ? "trail.step1" : "trail.step2") })}
        </Button>
      )}
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
