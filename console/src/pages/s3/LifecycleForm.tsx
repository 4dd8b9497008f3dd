// One lifecycle rule, made or edited.
import type { LifecycleRule, TransitionStorageClass } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useAction } from "../../aws/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { focusFirstProblem } from "../../components/focusProblem";
import { type MessageKey, t } from "../../i18n";
import { draftOf, hasMoreFilters, type LifecycleDraft, problemsOf, ruleOf } from "./lifecycle";
import { storageClassText } from "./storageClass";

/** Source: S3 User Guide, "Transitioning objects": what a rule may move objects to. */
const CLASSES: readonly TransitionStorageClass[] = ["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

const DAYS = [
  ["expireDays", "s3.lifecycle.expire"],
  ["noncurrentDays", "s3.lifecycle.noncurrent"],
  ["abortDays", "s3.lifecycle.abort"],
] as const satisfies readonly (readonly [keyof LifecycleDraft, MessageKey])[];

interface Props {
  /** Undefined for a new one. */
  rule: LifecycleRule | undefined;
  /** IDs of the other rules. */
  taken: readonly string[];
  onSave: (rule: LifecycleRule) => Promise<void>;
  onDismiss: () => void;
}

export function LifecycleForm({ rule, taken, onSave, onDismiss }: Props) {
  const [draft, setDraft] = useState(() => draftOf(rule));
  const [shown, setShown] = useState(false);
  const set = (part: Partial<LifecycleDraft>) => setDraft((before) => ({ ...before, ...part }));
  const problems = problemsOf(draft, taken);
  const text = (field: keyof typeof problems) => {
    const problem = shown ? problems[field] : undefined;
    return problem && t(problem);
  };
  const work = useAction(() => onSave(ruleOf(draft, rule)));
  const submit = () => {
    setShown(true);
    if (Object.values(problems).every((problem) => problem === undefined)) void work.run();
    else focusFirstProblem();
  };
  const number = (field: "transitionDays" | (typeof DAYS)[number][0], ariaLabel?: string) => (
    <Input type="number" inputMode="numeric" ariaLabel={ariaLabel} value={draft[field]} onChange={({ detail }) => set({ [field]: detail.value })} />
  );
  return (
    <Modal
      visible
      size="medium"
      header={rule ? t("s3.lifecycle.edit") : t("s3.lifecycle.create")}
      closeAriaLabel={t("shell.close")}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onDismiss}>
              {t("common.cancel")}
            </Button>
            <Button variant="primary" loading={work.busy} onClick={submit}>
              {t("common.save")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <FormField label={t("s3.lifecycle.name")} errorText={text("id")}>
          <Input value={draft.id} onChange={({ detail }) => set({ id: detail.value })} />
        </FormField>
        <Toggle checked={draft.enabled} onChange={({ detail }) => set({ enabled: detail.checked })}>
          {t("common.enabled")}
        </Toggle>
        <FormField label={t("s3.lifecycle.prefix")} description={rule && hasMoreFilters(rule) ? t("s3.lifecycle.prefix.fixed") : t("s3.lifecycle.prefix.about")}>
          <Input value={draft.prefix} disabled={rule && hasMoreFilters(rule)} onChange={({ detail }) => set({ prefix: detail.value })} />
        </FormField>
        <FormField label={t("s3.lifecycle.transition")} description={t("s3.lifecycle.days.about")} errorText={text("transitionDays") ?? text("actions")}>
          <SpaceBetween size="xs">
            {number("transitionDays", t("s3.lifecycle.transition"))}
            <Select
              ariaLabel={t("s3.object.storageClass")}
              selectedOption={{ value: draft.transitionClass, label: storageClassText(draft.transitionClass) }}
              options={CLASSES.map((value) => ({ value, label: storageClassText(value) }))}
              onChange={({ detail }) => set({ transitionClass: detail.selectedOption.value as TransitionStorageClass })}
            />
          </SpaceBetween>
        </FormField>
        {DAYS.map(([field, label]) => (
          <FormField key={field} label={t(label)} errorText={text(field)}>
            {number(field)}
          </FormField>
        ))}
        <ErrorAlert error={work.error} />
      </SpaceBetween>
    </Modal>
  );
}
