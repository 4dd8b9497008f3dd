// How a bucket is set: overview, versioning, tags, default encryption, object lock, and what is only kept.
import {
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  ListBucketsCommand,
  PutBucketEncryptionCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { isCode } from "../../aws/errors";
import { useQuery } from "../../aws/useQuery";
import { CopyText } from "../../components/CopyText";
import { TagRows } from "../../components/TagRows";
import { existingTags, type Tag, tagPairs } from "../../components/tags";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { Card } from "./Card";
import type { BucketDraft, Encryption } from "./draft";
import { EncryptionFields } from "./EncryptionFields";
import { OnOff } from "./sections/CreateSections";
import { StoredProperties } from "./sections/StoredOnly";

export function Properties({ bucket }: { bucket: string }) {
  return (
    <SpaceBetween size="l">
      <Overview bucket={bucket} />
      <Versioning bucket={bucket} />
      <Tags bucket={bucket} />
      <DefaultEncryption bucket={bucket} />
      <ObjectLock bucket={bucket} />
      <StoredProperties />
    </SpaceBetween>
  );
}

function Overview({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const place = useQuery(
    async (abortSignal) => {
      const answer = await s3.send(new GetBucketLocationCommand({ Bucket: bucket }), { abortSignal });
      return answer.LocationConstraint ?? "us-east-1";
    },
    [s3, bucket],
  );
  // Only the list has the creation date; a caller who cannot read the list sees the rest. A name sorts before all that begin with it.
  const made = useQuery(
    async (abortSignal) => {
      const { Buckets } = await s3.send(new ListBucketsCommand({ Prefix: bucket, MaxBuckets: 1 }), { abortSignal });
      return Buckets?.find(({ Name }) => Name === bucket)?.CreationDate;
    },
    [s3, bucket],
  );
  return (
    <Card title={t("s3.overview")} query={place}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("s3.region"), value: place.data ?? "–" },
          { label: t("common.arn"), value: <CopyText text={`arn:aws:s3:::${bucket}`} name={t("common.arn")} /> },
          { label: t("common.created"), value: <Time value={made.data} /> },
        ]}
      />
    </Card>
  );
}

function Versioning({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const [on, setOn] = useState<boolean>();
  const stored = useQuery(
    async (abortSignal) =>
      (await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }), { abortSignal })).Status === "Enabled",
    [s3, bucket],
  );
  const enabled = on ?? stored.data ?? false;
  return (
    <Card
      title={t("s3.versioning")}
      query={stored}
      onCancel={() => setOn(undefined)}
      onSave={async () => {
        const VersioningConfiguration = { Status: enabled ? ("Enabled" as const) : ("Suspended" as const) };
        await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
      }}
      editor={<OnOff label={t("s3.versioning")} on={enabled} onChange={setOn} />}
    >
      {stored.data ? t("common.enabled") : t("common.disabled")}
    </Card>
  );
}

function Tags({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const [edited, setEdited] = useState<{ tags: Tag[]; valid: boolean }>();
  const stored = useQuery(
    async (abortSignal) => {
      try {
        const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand({ Bucket: bucket }), { abortSignal });
        return TagSet.map(({ Key = "", Value = "" }) => ({ key: Key, value: Value }));
      } catch (error) {
        if (isCode(error, "NoSuchTagSet")) return [];
        throw error;
      }
    },
    [s3, bucket],
  );
  const pairs = stored.data ?? [];
  const tags = edited?.tags ?? existingTags(pairs);
  return (
    <Card
      title={t("common.tags")}
      query={stored}
      blocked={edited !== undefined && !edited.valid}
      onCancel={() => setEdited(undefined)}
      onSave={async () => {
        const TagSet = tagPairs(tags).map(({ key, value }) => ({ Key: key, Value: value }));
        await s3.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet } }));
        setEdited(undefined);
      }}
      editor={<TagRows tags={tags} onChange={(next, valid) => setEdited({ tags: next, valid })} />}
    >
      {pairs.length === 0 ? t("s3.tags.none") : pairs.map(({ key, value }) => <div key={key}>{`${key} = ${value}`}</div>)}
    </Card>
  );
}

type EncryptionState = Pick<BucketDraft, "encryption" | "kmsKey" | "bucketKey">;

function encryptionText(encryption: Encryption): string {
  if (encryption === "aws:kms") return t("s3.encryption.kms");
  return encryption === "aws:kms:dsse" ? t("s3.encryption.dsse") : t("s3.encryption.s3");
}

function DefaultEncryption({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const [edited, setEdited] = useState<Partial<EncryptionState>>({});
  const stored = useQuery<EncryptionState>(
    async (abortSignal) => {
      const answer = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }), { abortSignal });
      const rule = answer.ServerSideEncryptionConfiguration?.Rules?.[0];
      const fallback = rule?.ApplyServerSideEncryptionByDefault;
      return {
        encryption: (fallback?.SSEAlgorithm as Encryption | undefined) ?? "AES256",
        kmsKey: fallback?.KMSMasterKeyID ?? "",
        bucketKey: rule?.BucketKeyEnabled ?? false,
      };
    },
    [s3, bucket],
  );
  const before = stored.data ?? { encryption: "AES256" as const, kmsKey: "", bucketKey: false };
  const value = { ...before, ...edited };
  const kms = value.encryption !== "AES256";
  return (
    <Card
      title={t("s3.encryption")}
      query={stored}
      blocked={kms && value.kmsKey === ""}
      onCancel={() => setEdited({})}
      onSave={async () => {
        const rule = {
          ApplyServerSideEncryptionByDefault: {
            SSEAlgorithm: value.encryption,
            KMSMasterKeyID: kms ? value.kmsKey : undefined,
          },
          BucketKeyEnabled: value.encryption === "aws:kms" ? value.bucketKey : false,
        };
        const ServerSideEncryptionConfiguration = { Rules: [rule] };
        await s3.send(new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration }));
        setEdited({});
      }}
      editor={(showProblems) => (
        <EncryptionFields value={value} showProblems={showProblems} onChange={(part) => setEdited((earlier) => ({ ...earlier, ...part }))} />
      )}
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("s3.encryption.type"), value: encryptionText(before.encryption) },
          { label: t("s3.encryption.key"), value: before.kmsKey || "–" },
          { label: t("s3.bucketKey"), value: before.bucketKey ? t("common.enabled") : t("common.disabled") },
        ]}
      />
    </Card>
  );
}

function ObjectLock({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const stored = useQuery(
    async (abortSignal) => {
      try {
        await s3.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }), { abortSignal });
        return true;
      } catch (error) {
        if (isCode(error, "ObjectLockConfigurationNotFoundError")) return false;
        throw error;
      }
    },
    [s3, bucket],
  );
  return (
    <Card title={t("s3.objectLock")} query={stored}>
      {stored.data ? t("common.enabled") : t("common.disabled")}
    </Card>
  );
}
