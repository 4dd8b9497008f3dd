// A draft in words: for the review and for the page of a trail.
import { t } from "../../../i18n";
import type { Draft } from "./draft";

export function onOff(value: boolean): string {
  return t(value ? "common.enabled" : "common.disabled");
}

export function yesNo(value: boolean): string {
  return t(value ? "common.yes" : "common.no");
}

export function apiActivity(read: boolean, write: boolean): string {
  if (read && write) return t("trail.api.all");
  if (read) return t("trail.read");
  return write ? t("trail.write") : t("common.none");
}

type Events = Pick<Draft, "read" | "write" | "excludeKms" | "excludeRds">;

export function managementItems(events: Events): { label: string; value: string }[] {
  return [
    { label: t("trail.api"), value: apiActivity(events.read, events.write) },
    { label: t("trail.excludeKms"), value: yesNo(events.excludeKms) },
    { label: t("trail.excludeRds"), value: yesNo(events.excludeRds) },
  ];
}

export function dataItems(draft: Pick<Draft, "dataRead" | "dataWrite" | "dataArns">): { label: string; value: string }[] {
  return [
    { label: t("trail.data.type"), value: "S3" },
    { label: t("trail.api"), value: apiActivity(draft.dataRead, draft.dataWrite) },
    { label: t("trail.data.arn"), value: draft.dataArns.join(", ") || t("trail.data.allBuckets") },
  ];
}
