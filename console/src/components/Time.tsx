// A moment, in the zone the user chose; the other zone is in the tooltip.
import { language } from "../i18n";
import { type Preferences, usePreferences } from "../shell/preferences";

export function timeText(value: Date, zone: Preferences["timeZone"]): string {
  const format = new Intl.DateTimeFormat(language() === "ja" ? "ja-JP" : "en-US", {
    year: "numeric",
    month: language() === "ja" ? "2-digit" : "long",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: zone === "utc" ? "UTC" : undefined,
    timeZoneName: "shortOffset",
  });
  const parts = new Map(format.formatToParts(value).map(({ type, value: text }) => [type, text]));
  const offset = (parts.get("timeZoneName") ?? "UTC").replace("GMT", "UTC");
  const clock = `${parts.get("hour")}:${parts.get("minute")}:${parts.get("second")} (${offset})`;
  const [year, month, day] = [parts.get("year"), parts.get("month"), parts.get("day")];
  return language() === "ja" ? `${year}/${month}/${day} ${clock}` : `${month} ${day}, ${year}, ${clock}`;
}

/** Accepts what the SDK gives; a dash is shown for no value. */
export function Time({ value }: { value: Date | string | undefined }) {
  const { timeZone } = usePreferences();
  if (value === undefined || value === "") return <>–</>;
  const date = typeof value === "string" ? new Date(value) : value;
  if (Number.isNaN(date.getTime())) return <>{String(value)}</>;
  return (
    <time dateTime={date.toISOString()} title={timeText(date, timeZone === "utc" ? "local" : "utc")}>
      {timeText(date, timeZone)}
    </time>
  );
}
