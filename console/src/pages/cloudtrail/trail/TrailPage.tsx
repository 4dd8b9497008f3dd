// One trail: its settings, what it records, how delivery goes.
import { StartLoggingCommand, StopLoggingCommand } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useAction } from "../../../aws/useAction";
import { ConfirmDelete } from "../../../components/ConfirmDelete";
import { ErrorAlert } from "../../../components/ErrorAlert";
import { Explanation } from "../../../components/Explanation";
import { Page } from "../../../components/Page";
import { formatNumber, t } from "../../../i18n";
import { useFlash } from "../../../shell/flash";
import { DeleteTrail } from "../Trails";
import { useDeliveries } from "../deliveries";
import { Loaded, trailsCrumb } from "./Loaded";
import { Sections } from "./Sections";
import { type TrailDetail, useTrail } from "./useTrail";
import { Validation } from "./Validation";

export function TrailPage() {
  const { query } = useTrail();
  return <Loaded query={query}>{(detail) => <Detail detail={detail} reload={query.reload} />}</Loaded>;
}

function Detail({ detail, reload }: { detail: TrailDetail; reload: () => void }) {
  const { clients } = useTrail();
  const navigate = useNavigate();
  const flash = useFlash();
  const [dialog, setDialog] = useState<"delete" | "stop">();
  const { arn, name, trail, status } = detail;
  const start = useAction(async () => {
    await clients.cloudtrail.send(new StartLoggingCommand({ Name: arn }));
    flash.success(t("trail.started", { name }));
    reload();
  });
  const stop = async () => {
    await clients.cloudtrail.send(new StopLoggingCommand({ Name: arn }));
    flash.success(t("trail.stopped", { name }));
    setDialog(undefined);
    reload();
  };
  return (
    <Page
      title={name}
      crumbs={[trailsCrumb()]}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button iconName="refresh" ariaLabel={t("common.refresh")} onClick={reload} />
          <Button onClick={() => setDialog("delete")}>{t("common.delete")}</Button>
          {status.IsLogging ? (
            <Button onClick={() => setDialog("stop")}>{t("trail.stop")}</Button>
          ) : (
            <Button variant="primary" loading={start.busy} onClick={() => void start.run()}>
              {t("trail.start")}
            </Button>
          )}
        </SpaceBetween>
      }
    >
      <ErrorAlert error={start.error} title={t("trail.start.failed")} onDismiss={start.clear} />
      <DeliveryProblems detail={detail} />
      <Sections detail={detail} />
      <Validation />
      {dialog === "stop" && (
        <ConfirmDelete title={t("trail.stop.title", { name })} word="" action={t("trail.stop")} onConfirm={stop} onDismiss={() => setDialog(undefined)}>
          {t("trail.stop.text")}
        </ConfirmDelete>
      )}
      {dialog === "delete" && (
        <DeleteTrail
          row={{ arn, name, trail, status, homeRegion: trail.HomeRegion ?? clients.region }}
          onDismiss={() => setDialog(undefined)}
          onDone={() => navigate("/cloudtrail/trails")}
        />
      )}
    </Page>
  );
}

/** Why the files of a trail are refused: once for each folder that waits. */
function Refusals({ arn }: { arn: string }) {
  const { data } = useDeliveries(arn);
  const queues = data?.Deliveries.flatMap(({ Queues }) => Queues) ?? [];
  return queues.map(
    ({ Bucket, Folder, Files, RequestId }) =>
      RequestId && (
        <div key={`${Bucket}/${Folder}`}>
          {t("trail.problem.waiting", { count: formatNumber(Files), place: `${Bucket}/${Folder}` })}
          <Explanation requestId={RequestId} shown />
        </div>
      ),
  );
}

/** The errors that GetTrailStatus returns, with links to where they can be corrected. */
function DeliveryProblems({ detail: { arn, status, trail } }: { detail: TrailDetail }) {
  const problems = [
    { label: t("trail.delivery.error"), text: status.LatestDeliveryError },
    { label: t("trail.delivery.digestError"), text: status.LatestDigestDeliveryError },
    { label: t("trail.delivery.notificationError"), text: status.LatestNotificationError },
    { label: t("trail.delivery.logsError"), text: status.LatestCloudWatchLogsDeliveryError },
  ].filter(({ text }) => text);
  if (problems.length === 0) return null;
  const keyId = trail.KmsKeyId?.split("/").pop();
  return (
    <Alert type="error" header={t("trail.status.error")} statusIconAriaLabel={t("common.flash.error")}>
      <SpaceBetween size="xs">
        {problems.map(({ label, text }) => (
          <div key={label}>
            {label}: {text}
          </div>
        ))}
        <Refusals arn={arn} />
        <SpaceBetween size="m" direction="horizontal">
          <Link href={`#/s3/buckets/${trail.S3BucketName}?tab=permissions`}>
            {t("trail.problem.bucketPolicy")}
          </Link>
          {keyId && (
            <Link href={`#/kms/keys/${keyId}`}>
              {t("trail.problem.keyPolicy")}
            </Link>
          )}
        </SpaceBetween>
      </SpaceBetween>
    </Alert>
  );
}
