// Events as files. A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula,
// so the CSV puts an apostrophe before such a text.
import type { HistoryRow } from "./record";

const COLUMNS: readonly (readonly [string, (row: HistoryRow) => string | undefined])[] = [
  ["Event ID", ({ id }) => id],
  ["Event time", ({ event }) => event.EventTime?.toISOString()],
  ["Event name", ({ event }) => event.EventName],
  ["Event source", ({ event }) => event.EventSource],
  ["User name", ({ event }) => event.Username],
  ["AWS access key", ({ event }) => event.AccessKeyId],
  ["Read-only", ({ event }) => event.ReadOnly],
  ["AWS region", ({ record }) => record.awsRegion],
  ["Source IP address", ({ record }) => record.sourceIPAddress],
  ["User agent", ({ record }) => record.userAgent],
  ["Error code", ({ record }) => record.errorCode],
  ["Request ID", ({ record }) => record.requestID],
  ["Resources", ({ event }) => (event.Resources ?? []).map((one) => `${one.ResourceType} ${one.ResourceName}`).join("; ")],
];

export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function eventsCsv(rows: readonly HistoryRow[]): string {
  const lines = rows.map((row) => COLUMNS.map(([, read]) => csvCell(read(row) ?? "")).join(","));
  return `${[COLUMNS.map(([name]) => csvCell(name)).join(","), ...lines].join("\r\n")}\r\n`;
}

export function eventsJson(rows: readonly HistoryRow[]): string {
  return `${JSON.stringify({ Records: rows.map(({ record }) => record) }, null, 2)}\n`;
}

/** Hands a text to the browser as a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
