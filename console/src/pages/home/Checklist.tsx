// "Getting started": each step is ticked by what exists, not by what was clicked.
import { DescribeTrailsCommand, GetTrailStatusCommand, type Trail } from "@aws-sdk/client-cloudtrail";
import { ListBucketsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useQuery } from "../../aws/useQuery";
import { ErrorAlert } from "../../components/ErrorAlert";
import { useKeyChoices } from "../../components/KmsKeyPicker";
import { type MessageKey, t } from "../../i18n";

interface Step {
  title: MessageKey;
  about: MessageKey;
  href: string;
  /** undefined while it is not known. */
  done: boolean | undefined;
}

function useTrails() {
  const { cloudtrail } = useClients();
  return useQuery(
    async (abortSignal) => {
      const answer = await cloudtrail.send(new DescribeTrailsCommand({}), { abortSignal });
      const trails = answer.trailList ?? [];
      const statuses = await Promise.all(
        trails.map(({ TrailARN: Name }) => cloudtrail.send(new GetTrailStatusCommand({ Name }), { abortSignal })),
      );
      return trails.map((trail, index) => ({ trail, logging: statuses[index]?.IsLogging === true }));
    },
    [cloudtrail],
  );
}

function useDelivered(trail: Trail | undefined) {
  const { s3 } = useClients();
  const { account } = useSession();
  return useQuery(
    async (abortSignal) => {
      const folder = trail?.S3KeyPrefix ? `${trail.S3KeyPrefix}/` : "";
      const answer = await s3.send(
        new ListObjectsV2Command({
          Bucket: trail?.S3BucketName,
          Prefix: `${folder}AWSLogs/${account}/CloudTrail/`,
          MaxKeys: 2,
        }),
        { abortSignal },
      );
      return (answer.Contents ?? []).some(({ Key = "" }) => Key.endsWith(".json.gz"));
    },
    [s3, trail?.TrailARN],
    { enabled: trail?.S3BucketName !== undefined },
  );
}

function useSteps(): { steps: Step[]; error: unknown; retry: () => void } {
  const { s3 } = useClients();
  const keys = useKeyChoices();
  const buckets = useQuery((abortSignal) => s3.send(new ListBucketsCommand({}), { abortSignal }), [s3]);
  const trails = useTrails();
  const trail = trails.data?.[0]?.trail;
  const delivered = useDelivered(trail);
  const bucket = trail?.S3BucketName;
  const steps: Step[] = [
    { title: "home.step.key", about: "home.step.key.about", href: "#/kms/keys/create", done: keys.data?.some((key) => !key.managedByAws) },
    {
      title: "home.step.bucket",
      about: "home.step.bucket.about",
      href: "#/s3/buckets/create",
      done: buckets.data && (buckets.data.Buckets ?? []).length > 0,
    },
    {
      title: "home.step.trail",
      about: "home.step.trail.about",
      href: "#/cloudtrail/trails/create",
      done: trails.data?.some(({ logging }) => logging),
    },
    {
      title: "home.step.look",
      about: "home.step.look.about",
      href: bucket ? `#/s3/buckets/${bucket}` : "#/s3/buckets",
      done: trails.data && (bucket ? delivered.data : false),
    },
  ];
  return {
    steps,
    error: keys.error ?? buckets.error ?? trails.error,
    retry: () => {
      keys.reload();
      buckets.reload();
      trails.reload();
    },
  };
}

export function Checklist() {
  const { steps, error, retry } = useSteps();
  const count = steps.filter(({ done }) => done).length;
  return (
    <Container header={<Header description={t("home.steps.about")} counter={`(${count}/${steps.length})`}>{t("home.steps")}</Header>}>
      <SpaceBetween size="m">
        <ErrorAlert error={error} onRetry={retry} />
        <ol className="steps">
          {steps.map(({ title, about, href, done }) => (
            <li key={title}>
              <SpaceBetween size="xs" direction="horizontal">
                <Link href={href}>{t(title)}</Link>
                <StatusIndicator type={done === undefined ? "loading" : done ? "success" : "pending"}>
                  {t(done === undefined ? "common.loading" : done ? "home.step.done" : "home.step.todo")}
                </StatusIndicator>
              </SpaceBetween>
              <Box color="text-body-secondary">{t(about)}</Box>
            </li>
          ))}
        </ol>
      </SpaceBetween>
    </Container>
  );
}
