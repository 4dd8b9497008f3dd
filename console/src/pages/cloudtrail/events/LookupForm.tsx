// Which events to look up: one attribute with its value, and a range of time.
import type { LookupAttributeKey } from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type MessageKey, t } from "../../../i18n";
import { yesNo } from "./readOnly";

export const ATTRIBUTES: readonly (readonly [LookupAttributeKey, MessageKey])[] = [
  ["AccessKeyId", "history.attribute.accessKey"],
  ["EventId", "history.attribute.eventId"],
  ["EventName", "event.name"],
  ["EventSource", "event.source"],
  ["ReadOnly", "history.attribute.readOnly"],
  ["ResourceName", "history.attribute.resourceName"],
  ["ResourceType", "history.attribute.resourceType"],
  ["Username", "event.user"],
];

export interface Choice {
  key: LookupAttributeKey | "";
  value: string;
  range: DateRangePickerProps.Value | null;
}

const RANGES: readonly (readonly [number, "minute" | "hour", MessageKey])[] = [
  [30, "minute", "history.range.30m"],
  [1, "hour", "history.range.1h"],
  [3, "hour", "history.range.3h"],
  [12, "hour", "history.range.12h"],
];

function relativeText(value: DateRangePickerProps.RelativeValue): string {
  const known = RANGES.find(([amount, unit]) => amount === value.amount && unit === value.unit);
  return known ? t(known[2]) : t("history.range.last", { amount: value.amount, unit: t(unitKey(value.unit)) });
}

function unitKey(unit: DateRangePickerProps.TimeUnit): MessageKey {
  if (unit === "minute" || unit === "hour" || unit === "day" || unit === "week") return `history.unit.${unit}`;
  return "history.unit.day";
}

/** The start and end of a range, taken now; both are absent for all of the history. */
export function momentsOf(range: DateRangePickerProps.Value | null): { from?: Date; to?: Date } {
  if (!range) return {};
  if (range.type === "absolute") return { from: new Date(range.startDate), to: new Date(range.endDate) };
  const unitMs = { second: 1e3, minute: 6e4, hour: 36e5, day: 864e5, week: 6048e5, month: 2592e6, year: 31536e6 };
  return { from: new Date(Date.now() - range.amount * unitMs[range.unit]) };
}

export function LookupForm({ choice, onApply }: { choice: Choice; onApply: (choice: Choice) => void }) {
  const [text, setText] = useState(choice.value);
  const options = [
    { value: "", label: t("history.attribute.none") },
    ...ATTRIBUTES.map(([value, label]) => ({ value: value as string, label: t(label) })),
  ];
  const booleans = ["false", "true"].map((one) => ({ value: one, label: yesNo(one) }));
  const chooseKey = (value: string) => {
    const key = value as Choice["key"];
    const start = key === "ReadOnly" ? "false" : "";
    setText(start);
    if (key === "" || start) onApply({ ...choice, key, value: start });
    else onApply({ ...choice, key, value: "" });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onApply({ ...choice, value: text.trim() });
      }}
    >
      <SpaceBetween size="xs" direction="horizontal" alignItems="end">
        <FormField label={t("history.attribute")}>
          <Select
            selectedOption={options.find(({ value }) => value === choice.key) ?? null}
            options={options}
            onChange={({ detail }) => chooseKey(detail.selectedOption.value ?? "")}
          />
        </FormField>
        {choice.key === "ReadOnly" && (
          <FormField label={t("history.value")}>
            <Select
              selectedOption={booleans.find(({ value }) => value === choice.value) ?? null}
              options={booleans}
              onChange={({ detail }) => {
                const value = detail.selectedOption.value ?? "";
                setText(value);
                onApply({ ...choice, value });
              }}
            />
          </FormField>
        )}
        {choice.key !== "" && choice.key !== "ReadOnly" && (
          <FormField label={t("history.value")}>
            <Input
              value={text}
              type="search"
              placeholder={t("history.value.placeholder")}
              onChange={({ detail }) => setText(detail.value)}
              clearAriaLabel={t("common.clearFilter")}
            />
          </FormField>
        )}
        {choice.key !== "" && choice.key !== "ReadOnly" && <Button>{t("shell.search")}</Button>}
        <FormField label={t("history.range")}>
          <DateRangePicker
            value={choice.range}
            onChange={({ detail }) => onApply({ ...choice, range: detail.value })}
            placeholder={t("history.range.all")}
            relativeOptions={RANGES.map(([amount, unit]) => ({ key: `${amount}-${unit}`, amount, unit, type: "relative" as const }))}
            isValidRange={(range) =>
              range?.type === "absolute" && (!range.startDate || !range.endDate || range.startDate > range.endDate)
                ? { valid: false, errorMessage: t("history.range.invalid") }
                : { valid: true }
            }
            i18nStrings={{
              formatRelativeRange: relativeText,
              formatUnit: (unit) => t(unitKey(unit)),
              customRelativeRangeOptionLabel: t("history.range.custom"),
              relativeModeTitle: t("history.range.relative"),
              absoluteModeTitle: t("history.range.absolute"),
              relativeRangeSelectionHeading: t("history.range"),
              startDateLabel: t("history.range.start"),
              endDateLabel: t("history.range.end"),
              startTimeLabel: t("history.range.startTime"),
              endTimeLabel: t("history.range.endTime"),
              applyButtonLabel: t("history.range.apply"),
              cancelButtonLabel: t("common.cancel"),
              clearButtonLabel: t("history.range.clear"),
            }}
          />
        </FormField>
      </SpaceBetween>
    </form>
  );
}
