// Lifecycle rules: as people read them, as a form holds them, and back.
import type { LifecycleRule, TransitionStorageClass } from "@aws-sdk/client-s3";
import { type MessageKey, t } from "../../i18n";
import { storageClassText } from "./storageClass";

export interface LifecycleDraft {
  id: string;
  enabled: boolean;
  prefix: string;
  /** Days as typed; an empty text means "not". */
  transitionDays: string;
  transitionClass: TransitionStorageClass;
  expireDays: string;
  noncurrentDays: string;
  abortDays: string;
}

export type LifecycleProblems = Partial<Record<keyof LifecycleDraft | "actions", MessageKey>>;

/** Source: S3 User Guide, "Lifecycle configuration elements": an ID has at most 255 characters. */
const ID_MAX = 255;

export function prefixOf({ Filter, Prefix }: LifecycleRule): string {
  return Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? "";
}

/** True when the rule chooses objects by tags or sizes, which the form does not change. */
export function hasMoreFilters({ Filter }: LifecycleRule): boolean {
  return Boolean(Filter?.Tag ?? Filter?.And ?? Filter?.ObjectSizeGreaterThan ?? Filter?.ObjectSizeLessThan);
}

export function filterText(rule: LifecycleRule): string {
  const prefix = prefixOf(rule);
  if (hasMoreFilters(rule)) return prefix ? t("s3.lifecycle.scope.prefixAndMore", { prefix }) : t("s3.lifecycle.scope.more");
  return prefix ? t("s3.lifecycle.scope.prefix", { prefix }) : t("s3.lifecycle.scope.all");
}

/** What a rule does, one line for each action. */
export function actionsText(rule: LifecycleRule): string[] {
  const lines: string[] = [];
  for (const { Days, Date: date, StorageClass } of rule.Transitions ?? []) {
    const name = storageClassText(StorageClass);
    lines.push(Days === undefined ? t("s3.lifecycle.transition.date", { name, date: date?.toISOString().slice(0, 10) ?? "" }) : t("s3.lifecycle.transition.text", { name, days: Days }));
  }
  if (rule.Expiration?.Days) lines.push(t("s3.lifecycle.expire.text", { days: rule.Expiration.Days }));
  if (rule.Expiration?.Date) lines.push(t("s3.lifecycle.expire.date", { date: rule.Expiration.Date.toISOString().slice(0, 10) }));
  if (rule.Expiration?.ExpiredObjectDeleteMarker) lines.push(t("s3.lifecycle.markers.text"));
  if (rule.NoncurrentVersionExpiration?.NoncurrentDays) lines.push(t("s3.lifecycle.noncurrent.text", { days: rule.NoncurrentVersionExpiration.NoncurrentDays }));
  if (rule.NoncurrentVersionTransitions?.length) lines.push(t("s3.lifecycle.noncurrentTransition.text"));
  if (rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation) lines.push(t("s3.lifecycle.abort.text", { days: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation }));
  return lines;
}

const days = (value: number | undefined) => (value === undefined ? "" : String(value));

export function draftOf(rule: LifecycleRule | undefined): LifecycleDraft {
  const [transition] = rule?.Transitions ?? [];
  return {
    id: rule?.ID ?? "",
    enabled: rule ? rule.Status === "Enabled" : true,
    prefix: rule ? prefixOf(rule) : "",
    transitionDays: days(transition?.Days),
    transitionClass: transition?.StorageClass ?? "STANDARD_IA",
    expireDays: days(rule?.Expiration?.Days),
    noncurrentDays: days(rule?.NoncurrentVersionExpiration?.NoncurrentDays),
    abortDays: days(rule?.AbortIncompleteMultipartUpload?.DaysAfterInitiation),
  };
}

const isDays = (text: string) => text === "" || (/^\d+$/.test(text) && Number(text) >= 1);

export function problemsOf(draft: LifecycleDraft, taken: readonly string[]): LifecycleProblems {
  const wrong = (text: string): MessageKey | undefined => (isDays(text) ? undefined : "s3.lifecycle.problem.days");
  const { id } = draft;
  const none = [draft.transitionDays, draft.expireDays, draft.noncurrentDays, draft.abortDays].every((text) => text === "");
  return {
    id: id === "" ? "common.required" : id.length > ID_MAX ? "s3.lifecycle.problem.id" : taken.includes(id) ? "s3.lifecycle.problem.taken" : undefined,
    transitionDays: wrong(draft.transitionDays),
    expireDays: wrong(draft.expireDays),
    noncurrentDays: wrong(draft.noncurrentDays),
    abortDays: wrong(draft.abortDays),
    actions: none ? "s3.lifecycle.problem.none" : undefined,
  };
}

/** The rule with what the form holds; what the form does not show stays as it was. */
export function ruleOf(draft: LifecycleDraft, before: LifecycleRule | undefined): LifecycleRule {
  const number = (text: string) => (text === "" ? undefined : Number(text));
  const { Prefix: _, ...kept } = before ?? ({} as Partial<LifecycleRule>);
  const [, ...others] = before?.Transitions ?? [];
  const after = number(draft.transitionDays);
  const first = after === undefined ? [] : [{ Days: after, StorageClass: draft.transitionClass }];
  const Transitions = [...first, ...(first.length > 0 ? others : [])];
  const expire = number(draft.expireDays);
  const noncurrent = number(draft.noncurrentDays);
  const abort = number(draft.abortDays);
  const keptExpiration = before?.Expiration?.Days === undefined ? before?.Expiration : undefined;
  return {
    ...kept,
    ID: draft.id,
    Status: draft.enabled ? "Enabled" : "Disabled",
    Filter: before && hasMoreFilters(before) ? before.Filter : { Prefix: draft.prefix },
    Transitions: Transitions.length > 0 ? Transitions : undefined,
    Expiration: expire === undefined ? keptExpiration : { Days: expire },
    NoncurrentVersionExpiration: noncurrent === undefined ? undefined : { ...before?.NoncurrentVersionExpiration, NoncurrentDays: noncurrent },
    AbortIncompleteMultipartUpload: abort === undefined ? undefined : { DaysAfterInitiation: abort },
  };
}
