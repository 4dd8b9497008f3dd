// One event: what happened, to what, the record itself, and what the same user did around it.
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import { type ReactNode, useState } from "react";
import { useParams, useSearchParams } from "react-router-dom";
import { useClients } from "../../../aws/clients";
import { everyPage, useQuery } from "../../../aws/useQuery";
import { CopyText } from "../../../components/CopyText";
import { ErrorCode } from "../../../components/ErrorCode";
import { ErrorAlert } from "../../../components/ErrorAlert";
import { Explanation } from "../../../components/Explanation";
import { EventTable } from "../../../components/EventTable";
import { JsonView } from "../../../components/JsonView";
import { Page } from "../../../components/Page";
import { Time } from "../../../components/Time";
import { t } from "../../../i18n";
import { printable } from "../../../i18n/printable";
import { yesNo } from "./readOnly";
import { type HistoryRow, isRefusal, resourceHref, rowOf } from "./record";

const AROUND_MS = 15 * 60 * 1000;
const crumbs = () => [{ text: t("trail.nav.events"), href: "#/cloudtrail/events" }];

export function EventPage() {
  const { id = "" } = useParams();
  const region = useSearchParams()[0].get("region") ?? undefined;
  const { cloudtrail } = useClients(region);
  const query = useQuery<HistoryRow | null>(
    async (abortSignal) => {
      const LookupAttributes = [{ AttributeKey: "EventId" as const, AttributeValue: id }];
      const { Events } = await cloudtrail.send(new LookupEventsCommand({ LookupAttributes }), { abortSignal });
      return Events?.[0] ? rowOf(Events[0]) : null;
    },
    [cloudtrail, id],
  );
  if (query.data) return <Detail row={query.data} region={region} />;
  let content: ReactNode = (
    <Box textAlign="center">
      <Spinner size="large" />
    </Box>
  );
  if (query.error) content = <ErrorAlert error={query.error} onRetry={query.reload} />;
  else if (query.data === null) content = <Box variant="p">{t("history.notFound", { id })}</Box>;
  return (
    <Page title={t("search.kind.event")} crumbs={crumbs()}>
      {content}
    </Page>
  );
}

function Detail({ row, region }: { row: HistoryRow; region: string | undefined }) {
  const { event, record, id } = row;
  const user = event.Username ?? record.userIdentity?.arn;
  return (
    <Page title={event.EventName ?? id} crumbs={crumbs()}>
      <Container header={<Header>{t("history.details")}</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("event.time"), value: <Time value={event.EventTime} /> },
            { label: t("event.user"), value: user ?? "–" },
            { label: t("event.name"), value: event.EventName },
            { label: t("history.address"), value: record.sourceIPAddress ?? "–" },
            { label: t("history.attribute.eventId"), value: <CopyText text={id} name={t("history.attribute.eventId")} /> },
            { label: t("history.requestId"), value: <CopyText text={record.requestID} name={t("history.requestId")} /> },
            { label: t("event.source"), value: event.EventSource },
            { label: t("history.attribute.readOnly"), value: yesNo(event.ReadOnly) },
            { label: t("history.region"), value: record.awsRegion ?? "–" },
            { label: t("history.attribute.accessKey"), value: event.AccessKeyId ?? record.userIdentity?.accessKeyId ?? "–" },
            { label: t("history.errorCode"), value: <ErrorCode code={record.errorCode} /> },
            { label: t("history.errorMessage"), value: printable(record.errorMessage ?? "–") },
          ]}
        />
      </Container>
      {isRefusal(record) && record.requestID && (
        <Container header={<Header>{t("history.refused")}</Header>}>
          <Explanation requestId={record.requestID} />
        </Container>
      )}
      <Resources row={row} />
      <Container header={<Header>{t("history.record")}</Header>}>
        <JsonView value={event.CloudTrailEvent} label={t("history.record")} />
      </Container>
      {event.Username && event.EventTime && <Around user={event.Username} time={event.EventTime} id={id} region={region} />}
    </Page>
  );
}

function Resources({ row: { event } }: { row: HistoryRow }) {
  return (
    <Table
      header={<Header counter={`(${(event.Resources ?? []).length})`}>{t("history.resources")}</Header>}
      ariaLabels={{ tableLabel: t("history.resources") }}
      items={event.Resources ?? []}
      wrapLines
      empty={<Box textAlign="center">{t("history.resources.none")}</Box>}
      columnDefinitions={[
        { id: "type", header: t("history.attribute.resourceType"), cell: ({ ResourceType }) => ResourceType },
        {
          id: "name",
          header: t("history.attribute.resourceName"),
          cell: ({ ResourceType, ResourceName = "" }) => {
            const href = resourceHref(ResourceType, ResourceName);
            return href ? <Link href={href}>{printable(ResourceName)}</Link> : printable(ResourceName);
          },
          isRowHeader: true,
        },
      ]}
    />
  );
}

/** The maximum number of pages searched around an event: a busy user reads much more than changes. */
const AROUND_PAGES_MAX = 6;

interface AroundProps {
  user: string;
  time: Date;
  id: string;
  region: string | undefined;
}

/** What the same user did in the quarter of an hour before and after; reads when asked. */
function Around({ user, time, id, region }: AroundProps) {
  const { cloudtrail } = useClients(region);
  const [reads, setReads] = useState(false);
  const query = useQuery(
    async (abortSignal) => {
      let pages = 0;
      const events = await everyPage(
        (NextToken) => {
          pages += 1;
          const input = {
            LookupAttributes: [{ AttributeKey: "Username" as const, AttributeValue: user }],
            StartTime: new Date(time.getTime() - AROUND_MS),
            EndTime: new Date(time.getTime() + AROUND_MS),
            NextToken,
          };
          return cloudtrail.send(new LookupEventsCommand(input), { abortSignal });
        },
        (answer) => (pages < AROUND_PAGES_MAX ? answer.NextToken : undefined),
        (answer) => answer.Events,
      );
      return events.filter(({ EventId }) => EventId !== id);
    },
    [cloudtrail, user, id],
  );
  const shown = query.data?.filter(({ ReadOnly }) => reads || ReadOnly !== "true");
  return (
    <EventTable
      name="event-around"
      title={t("history.around")}
      description={t("history.around.about", { user })}
      query={{ ...query, data: shown }}
      actions={
        <Toggle checked={reads} onChange={({ detail }) => setReads(detail.checked)}>
          {t("history.around.reads")}
        </Toggle>
      }
    />
  );
}
