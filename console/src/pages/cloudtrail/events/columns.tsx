// The columns of the event history.
import Link from "@cloudscape-design/components/link";
import { ErrorCode } from "../../../components/ErrorCode";
import type { Column } from "../../../components/ListTable";
import { Time } from "../../../components/Time";
import { type MessageKey, t } from "../../../i18n";
import { printable } from "../../../i18n/printable";
import { yesNo } from "./readOnly";
import { type HistoryRow, resourceHref } from "./record";

function plain(
  id: string,
  header: MessageKey,
  read: (row: HistoryRow) => string | undefined,
  optional?: true,
): Column<HistoryRow> {
  return { id, header: t(header), cell: (row) => printable(read(row) ?? "") || "–", text: (row) => read(row) ?? "", optional };
}

/** The first resource, and how many more there are: the event's page lists them all. */
function Resource({ row: { id, event } }: { row: HistoryRow }) {
  const [first, ...more] = event.Resources ?? [];
  if (!first) return <>–</>;
  // Of an ARN its last part is enough here; all of it would make rows of four lines.
  const whole = printable(first.ResourceName ?? "");
  const name = whole.startsWith("arn:") ? whole.split(":").slice(5).join(":") : whole;
  const href = resourceHref(first.ResourceType, first.ResourceName);
  return (
    <>
      <span title={whole} className="breakable">
        {href ? <Link href={href}>{name}</Link> : name}
      </span>
      {more.length > 0 && (
        <>
          {" "}
          <Link href={`#/cloudtrail/events/${id}`} variant="secondary" ariaLabel={t("history.resources.more", { count: more.length })}>
            {`+${more.length}`}
          </Link>
        </>
      )}
    </>
  );
}

/** All of them, for the filter. */
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
    {
      id: "error",
      header: t("history.errorCode"),
      cell: ({ record }) => <ErrorCode code={record.errorCode} />,
      text: ({ record }) => record.errorCode ?? "",
    },
    {
      id: "type",
      header: t("history.attribute.resourceType"),
      cell: ({ event }) => printable(event.Resources?.[0]?.ResourceType ?? "–"),
      text: (row) => resourceText(row, "ResourceType"),
    },
    {
      id: "resource",
      header: t("history.attribute.resourceName"),
      minWidth: 200,
      cell: (row) => <Resource row={row} />,
      text: (row) => resourceText(row, "ResourceName"),
    },
    plain("accessKey", "history.attribute.accessKey", ({ event }) => event.AccessKeyId, true),
    plain("id", "history.attribute.eventId", ({ id }) => id, true),
    plain("readOnly", "history.attribute.readOnly", ({ event }) => yesNo(event.ReadOnly), true),
    plain("address", "history.address", ({ record }) => record.sourceIPAddress, true),
    plain("request", "history.requestId", ({ record }) => record.requestID, true),
    plain("region", "history.region", ({ record }) => record.awsRegion, true),
  ];
}
