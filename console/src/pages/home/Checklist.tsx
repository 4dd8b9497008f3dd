// "Getting started": each step is ticked by what the server has, not by what was clicked.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useClients } from "../../aws/clients";
import { useIntervals } from "../../aws/intervals";
import { useSession } from "../../aws/session";
import { useQuery } from "../../aws/useQuery";
import { ErrorAlert } from "../../components/ErrorAlert";
import { type MessageKey, t } from "../../i18n";
import { durationText } from "../../i18n/duration";
import { type Finding, progressOf } from "./progress";

interface Step {
  title: MessageKey;
  about: string;
  href: string;
  /** Absent while it is not known. */
  finding: Finding | undefined;
}

const TYPES = { done: "success", todo: "pending", attention: "warning", unknown: "info" } as const;
const TEXTS = {
  done: "home.step.done",
  todo: "home.step.todo",
  attention: "home.step.attention",
  unknown: "home.step.unknown",
} as const satisfies Record<Finding["state"], MessageKey>;

function State({ finding }: { finding: Finding | undefined }) {
  if (!finding) return <StatusIndicator type="loading">{t("common.loading")}</StatusIndicator>;
  return <StatusIndicator type={TYPES[finding.state]}>{t(TEXTS[finding.state])}</StatusIndicator>;
}

export function Checklist() {
  const clients = useClients();
  const { account } = useSession();
  const { delivery } = useIntervals();
  const { data, error, reload } = useQuery((signal) => progressOf(clients, account, signal), [clients, account]);
  const bucket = data?.bucketName;
  const steps: Step[] = [
    { title: "home.step.key", about: t("home.step.key.about"), href: "#/kms/keys/create", finding: data?.key },
    { title: "home.step.bucket", about: t("home.step.bucket.about"), href: "#/s3/buckets/create", finding: data?.bucket },
    { title: "home.step.trail", about: t("home.step.trail.about"), href: "#/cloudtrail/trails/create", finding: data?.trail },
    {
      title: "home.step.files",
      about: t("home.step.files.about", { interval: durationText(delivery) }),
      href: bucket ? `#/s3/buckets/${encodeURIComponent(bucket)}` : "#/s3/buckets",
      finding: data?.files,
    },
  ];
  const count = steps.filter(({ finding }) => finding?.state === "done").length;
  return (
    <Container header={<Header description={t("home.steps.about")} counter={`(${count}/${steps.length})`}>{t("home.steps")}</Header>}>
      <SpaceBetween size="m">
        <ErrorAlert error={error} onRetry={reload} />
        <ol className="steps">
          {steps.map(({ title, about, href, finding }) => (
            <li key={title}>
              <SpaceBetween size="xs" direction="horizontal">
                <Link href={href}>{t(title)}</Link>
                {error === undefined && <State finding={finding} />}
              </SpaceBetween>
              <Box color="text-body-secondary">{about}</Box>
              {finding?.note && (
                <Box>
                  {t(finding.note)} {finding.href && <Link href={finding.href}>{t("home.step.open")}</Link>}
                </Box>
              )}
            </li>
          ))}
        </ol>
      </SpaceBetween>
    </Container>
  );
}
