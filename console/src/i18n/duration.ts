// Lengths of time in words: `2 seconds`, `5 minutes`, `1 hour`.
import { language, t } from "./index";

const UNITS = [
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** In the largest unit that leaves nothing over; what is not known depends on the server. */
export function durationText(seconds: number | undefined): string {
  if (seconds === undefined) return t("common.interval.unknown");
  const [size, unit] = UNITS.find(([one]) => seconds >= one && seconds % one === 0) ?? UNITS[2];
  return new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 }).format(seconds / size);
}
