// The records of a delivered log file, without downloading it; a digest is shown as it is.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { ErrorAlert } from "../../components/ErrorAlert";
import { ErrorCode } from "../../components/ErrorCode";
import { JsonView } from "../../components/JsonView";
import { ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { readJson } from "./logFile";

interface LogRecord {
  eventID?: string;
  eventName?: string;
  eventTime?: string;
  eventSource?: string;
  errorCode?: string;
  userIdentity?: { userName?: string; type?: string; invokedBy?: string; arn?: string };
}

function who({ userIdentity }: LogRecord): string {
  // As event history names it.
  if (userIdentity?.type === "Root") return "root";
  return userIdentity?.userName ?? userIdentity?.invokedBy ?? userIdentity?.arn ?? userIdentity?.type ?? "–";
}

export function LogFile({ bucket, objectKey }: { bucket: string; objectKey: string }) {
  const { s3 } = useClients();
  const [selected, setSelected] = useState<LogRecord[]>([]);
  const file = useQuery((signal) => readJson(s3, bucket, objectKey, signal), [s3, bucket, objectKey]);
  const records = (file.data as { Records?: LogRecord[] } | undefined)?.Records;
  if (file.data !== undefined && !records) {
    return (
      <Container header={<Header variant="h2">{t("s3.digest")}</Header>}>
        <JsonView value={file.data} label={t("s3.digest")} />
      </Container>
    );
  }
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={file.error} onRetry={file.reload} />
      <ListTable
        name="s3-log-records"
        query={{ ...file, data: records }}
        title={t("s3.events")}
        trackBy={({ eventID = "" }) => eventID}
        selectionLabel={({ eventName = "" }) => eventName}
        selection="single"
        selected={selected}
        onSelect={setSelected}
        empty={{ title: t("event.none") }}
        filterPlaceholder={t("s3.events.find")}
        columns={[
          {
            id: "name",
            header: t("event.name"),
            cell: ({ eventName }) => eventName ?? "–",
            text: ({ eventName = "" }) => eventName,
            isRowHeader: true,
          },
          {
            id: "time",
            header: t("event.time"),
            cell: ({ eventTime }) => <Time value={eventTime} />,
            order: ({ eventTime }) => Date.parse(eventTime ?? ""),
          },
          { id: "user", header: t("event.user"), cell: who, text: who },
          {
            id: "source",
            header: t("event.source"),
            cell: ({ eventSource }) => eventSource ?? "–",
            text: ({ eventSource = "" }) => eventSource,
          },
          { id: "error", header: t("s3.events.error"), cell: ({ errorCode }) => <ErrorCode code={errorCode} />, text: ({ errorCode = "" }) => errorCode },
        ]}
      />
      {selected[0] && (
        <Container header={<Header variant="h2">{t("s3.events.record")}</Header>}>
          <JsonView value={selected[0]} label={t("s3.events.record")} />
        </Container>
      )}
    </SpaceBetween>
  );
}
