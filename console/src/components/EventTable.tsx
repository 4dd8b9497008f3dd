// A short, plain list of recorded events, for panels and pages about one resource.
import type { Event } from "@aws-sdk/client-cloudtrail";
import Link from "@cloudscape-design/components/link";
import type { Query } from "../aws/useQuery";
import { t } from "../i18n";
import { usePreferences } from "../shell/preferences";
import { ErrorCode } from "./ErrorCode";
import { type Column, ListTable } from "./ListTable";
import { Time } from "./Time";

interface Props {
  name: string;
  title: string;
  query: Pick<Query<readonly Event[]>, "data" | "error" | "loading" | "reload">;
  description?: string;
  actions?: React.ReactNode;
  /** Columns beside the usual ones. */
  more?: readonly Column<Event>[];
}

/** A text of the record itself, which the API hands over as JSON. */
export function memberOf({ CloudTrailEvent = "{}" }: Event, name: "errorCode" | "awsRegion"): string | undefined {
  try {
    const value = (JSON.parse(CloudTrailEvent) as Record<string, unknown>)[name];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The page of an event; the history of another region than `here` is named. */
function eventPage(event: Event, here: string): string {
  const region = memberOf(event, "awsRegion");
  return `#/cloudtrail/events/${event.EventId ?? ""}${region && region !== here ? `?region=${encodeURIComponent(region)}` : ""}`;
}

function eventColumns(here: string): Column<Event>[] {
  return [
    {
      id: "name",
      header: t("event.name"),
      cell: (event) => <Link href={eventPage(event, here)}>{event.EventName}</Link>,
      text: ({ EventName = "" }) => EventName,
      isRowHeader: true,
    },
    {
      id: "time",
      header: t("event.time"),
      minWidth: 160,
      cell: ({ EventTime }) => <Time value={EventTime} />,
      order: ({ EventTime }) => EventTime?.getTime() ?? 0,
    },
    {
      id: "user",
      header: t("event.user"),
      cell: ({ Username }) => Username ?? "–",
      text: ({ Username = "" }) => Username,
    },
    {
      id: "source",
      header: t("event.source"),
      cell: ({ EventSource }) => EventSource,
      text: ({ EventSource = "" }) => EventSource,
    },
    {
      id: "error",
      header: t("event.error"),
      cell: (event) => <ErrorCode code={memberOf(event, "errorCode")} />,
      text: (event) => memberOf(event, "errorCode") ?? "",
    },
  ];
}

export function EventTable({ name, title, query, description, actions, more = [] }: Props) {
  const { region } = usePreferences();
  return (
    <ListTable
      name={name}
      title={title}
      description={description}
      actions={actions}
      query={query}
      columns={[...eventColumns(region), ...more]}
      trackBy={({ EventId = "" }) => EventId}
      empty={{ title: t("event.none") }}
      plain
    />
  );
}
