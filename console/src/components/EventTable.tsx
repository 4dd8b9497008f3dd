// A short, plain list of recorded events, for panels and pages about one resource.
import type { Event } from "@aws-sdk/client-cloudtrail";
import Link from "@cloudscape-design/components/link";
import type { Query } from "../aws/useQuery";
import { t } from "../i18n";
import { type Column, ListTable } from "./ListTable";
import { Time } from "./Time";

interface Props {
  name: string;
  title: string;
  query: Pick<Query<readonly Event[]>, "data" | "error" | "loading" | "reload">;
  description?: string;
  actions?: React.ReactNode;
}

export function eventColumns(): Column<Event>[] {
  return [
    {
      id: "name",
      header: t("event.name"),
      cell: ({ EventId = "", EventName }) => <Link href={`#/cloudtrail/events/${EventId}`}>{EventName}</Link>,
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
  ];
}

export function EventTable({ name, title, query, description, actions }: Props) {
  return (
    <ListTable
      name={name}
      title={title}
      description={description}
      actions={actions}
      query={query}
      columns={eventColumns()}
      trackBy={({ EventId = "" }) => EventId}
      empty={{ title: t("event.none") }}
      plain
    />
  );
}
