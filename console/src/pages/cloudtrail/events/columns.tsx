// The columns of the event history.
import Link from "@cloudscape-design/components/link";
import type { Column } from "../../../components/ListTable";
import { Time } from "../../../components/Time";
import { type MessageKey, t } from "../../../i18n";
import { printable } from "../../../i18n/printable";
import { type HistoryRow, resourceHref } from "./record";

function plain(
  id: string,
  header: MessageKey,
  read: (row: HistoryRow) => string | undefined,
  optional?: true,
): Column<HistoryRow> {
  return { id, header: t(header), cell: (row) => printable(read(row) ?? "") || "–", text: (row) => read(row) ?? "", optional };
}

function Resources({ row: { event } }: { row: HistoryRow }) {
  const resources = event.Resources ?? [];
  if (resources.length === 0) return <>–</>;
  return (
    <>
      {resources.map(({ ResourceType, ResourceName = "" }, index) => {
        const href = resourceHref(ResourceType, ResourceName);
        return <div key={index}>{href ? <Link href={href}>{printable(ResourceName)}</Link> : printable(ResourceName)}</div>;
      })}
    </>
  );
}

const resourceText = (row: HistoryRow, member: "ResourceType" | "ResourceName") =>
  [...new Set((row.event.Resources ?? []).map((one) => one[member] ?? ""))].join(", ");

export function historyColumns(): Column<HistoryRow>[] {
  return [
    {
      id: "name",
      header: t("event.name"),
      cell: ({ id, event }) => <Link href={`#/cloudtrail/events/${id}`}>{event.EventName}</Link>,
      text: ({ event }) => event.EventName ?? "",
      isRowHeader: true,
    },
    {
      id: "time",
      header: t("event.time"),
      minWidth: 180,
      cell: ({ event }) => <Time value={event.EventTime} />,
      order: ({ event }) => event.EventTime?.getTime() ?? 0,
    },
    plain("user", "event.user", ({ event }) => event.Username),
    plain("source", "event.source", ({ event }) => event.EventSource),
    plain("type", "history.attribute.resourceType", (row) => resourceText(row, "ResourceType")),
    {
      id: "resource",
      header: t("history.attribute.resourceName"),
      cell: (row) => <Resources row={row} />,
      text: (row) => resourceText(row, "ResourceName"),
    },
    plain("accessKey", "history.attribute.accessKey", ({ event }) => event.AccessKeyId, true),
    plain("id", "history.attribute.eventId", ({ id }) => id, true),
    plain("readOnly", "history.attribute.readOnly", ({ event }) => event.ReadOnly, true),
    plain("address", "history.address", ({ record }) => record.sourceIPAddress, true),
    plain("error", "history.errorCode", ({ record }) => record.errorCode, true),
    plain("request", "history.requestId", ({ record }) => record.requestID, true),
    plain("region", "history.region", ({ record }) => record.awsRegion, true),
  ];
}
