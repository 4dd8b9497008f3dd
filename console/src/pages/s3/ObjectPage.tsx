// One object: what is known of it, its bytes to download, and the events of a log file.
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useParams, useSearchParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { CopyText } from "../../components/CopyText";
import { ErrorAlert } from "../../components/ErrorAlert";
import { Page } from "../../components/Page";
import { Time } from "../../components/Time";
import { formatBytes, t } from "../../i18n";
import { LogFile } from "./LogFile";
import { saveObject } from "./objectBytes";
import { ObjectMenu } from "./ObjectMenu";
import { bucketHref, folderCrumbs, shownName } from "./paths";
import { storageClassText } from "./storageClass";

export function ObjectPage() {
  const { bucket = "", "*": key = "" } = useParams();
  const { s3 } = useClients();
  const [search, setSearch] = useSearchParams();
  const versionId = search.get("versionId") ?? undefined;
  const head = useQuery(
    (abortSignal) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }), { abortSignal }),
    [s3, bucket, key, versionId],
  );
  const download = useAction(() => saveObject(s3, { bucket, key, versionId }));
  const facts = head.data;
  const folder = key.slice(0, key.lastIndexOf("/") + 1);
  const crumbs = [
    { text: t("s3.buckets.title"), href: "#/s3/buckets" },
    { text: bucket, href: bucketHref(bucket) },
    ...folderCrumbs(bucket, folder),
  ];
  const isLog = key.endsWith(".json.gz");
  // Who opens a log file wants to see what happened.
  const tabs = [
    ...(isLog ? [{ id: "events", label: t("s3.events"), content: <LogFile bucket={bucket} objectKey={key} /> }] : []),
    { id: "properties", label: t("s3.properties"), content: facts && <Facts bucket={bucket} objectKey={key} facts={facts} /> },
  ];
  const wanted = tabs.find(({ id }) => id === search.get("tab")) ?? tabs[0];
  const show = (tab: string) => setSearch({ ...(versionId && { versionId }), tab }, { replace: true });
  return (
    <Page
      title={shownName(key)}
      crumbs={crumbs}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button iconName="download" loading={download.busy} onClick={() => void download.run()}>
            {t("s3.download")}
          </Button>
          <ObjectMenu bucket={bucket} objectKey={key} versionId={versionId} text={t("s3.object.actions")} />
        </SpaceBetween>
      }
    >
      <ErrorAlert error={head.error} onRetry={head.reload} />
      <ErrorAlert error={download.error} />
      {facts && (
        <Tabs tabs={tabs} ariaLabel={shownName(key)} activeTabId={wanted?.id} onChange={({ detail }) => show(detail.activeTabId)} />
      )}
    </Page>
  );
}

/** The header's name; the same in every language. */
const ETAG = "ETag";

interface FactsProps {
  bucket: string;
  objectKey: string;
  facts: {
    LastModified?: Date;
    ContentLength?: number;
    ContentType?: string;
    ETag?: string;
    StorageClass?: string;
    ServerSideEncryption?: string;
    SSEKMSKeyId?: string;
    BucketKeyEnabled?: boolean;
    VersionId?: string;
    Metadata?: Record<string, string>;
  };
}

function encryption(algorithm: string | undefined): string {
  if (algorithm === "aws:kms") return t("s3.encryption.kms");
  return algorithm === "aws:kms:dsse" ? t("s3.encryption.dsse") : t("s3.encryption.s3");
}

function Facts({ bucket, objectKey, facts }: FactsProps) {
  const arn = `arn:aws:s3:::${bucket}/${objectKey}`;
  const key = facts.SSEKMSKeyId;
  const metadata = Object.entries(facts.Metadata ?? {});
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{t("s3.object.overview")}</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("s3.object.modified"), value: <Time value={facts.LastModified} /> },
            { label: t("s3.object.size"), value: formatBytes(facts.ContentLength ?? 0) },
            { label: t("s3.object.type"), value: facts.ContentType ?? "–" },
            { label: t("s3.object.key"), value: <CopyText text={objectKey} name={t("s3.object.key")} /> },
            { label: t("s3.uri"), value: <CopyText text={`s3://${bucket}/${objectKey}`} name={t("s3.uri")} /> },
            { label: t("common.arn"), value: <CopyText text={arn} name={t("common.arn")} /> },
            { label: ETAG, value: facts.ETag?.replaceAll('"', "") ?? "–" },
            { label: t("s3.object.storageClass"), value: storageClassText(facts.StorageClass) },
            { label: t("s3.object.version"), value: facts.VersionId ?? "–" },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">{t("s3.object.encryption")}</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("s3.encryption.type"), value: encryption(facts.ServerSideEncryption) },
            {
              label: t("s3.object.keyArn"),
              value: key ? <Link href={`#/kms/keys/${encodeURIComponent(key.replace(/^.*\//, ""))}`}>{key}</Link> : "–",
            },
            { label: t("s3.bucketKey"), value: facts.BucketKeyEnabled ? t("common.enabled") : t("common.disabled") },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">{t("s3.object.metadata")}</Header>}>
        {metadata.length === 0
          ? "–"
          : metadata.map(([name, value]) => <div className="breakable" key={name}>{`x-amz-meta-${name}: ${value}`}</div>)}
      </Container>
    </SpaceBetween>
  );
}
