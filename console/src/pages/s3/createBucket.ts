// The calls that make a bucket as drafted: only those that differ from what S3 does by itself.
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type BucketLocationConstraint,
  type S3Client,
  type ServerSideEncryptionRule,
} from "@aws-sdk/client-s3";
import { cli } from "../../components/cli";
import { tagPairs } from "../../components/tags";
import { t } from "../../i18n";
import { type BucketDraft, isBlockedFully } from "./draft";

interface Step {
  /** What is set, for the message when it fails. */
  what: string;
  command: string;
  send: (s3: S3Client) => Promise<unknown>;
}

function rule(draft: BucketDraft): ServerSideEncryptionRule {
  const kms = draft.encryption !== "AES256";
  return {
    ApplyServerSideEncryptionByDefault: {
      SSEAlgorithm: draft.encryption,
      KMSMasterKeyID: kms ? draft.kmsKey : undefined,
    },
    BucketKeyEnabled: draft.encryption === "aws:kms" ? draft.bucketKey : false,
  };
}

function location(region: string) {
  if (region === "us-east-1") return undefined;
  return { LocationConstraint: region as BucketLocationConstraint };
}

/** The steps after the bucket itself, in order. */
function settings(draft: BucketDraft): Step[] {
  const Bucket = draft.name;
  const steps: Step[] = [];
  if (!isBlockedFully(draft)) {
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: draft.blockNewAcls,
      IgnorePublicAcls: draft.ignoreAcls,
      BlockPublicPolicy: draft.blockNewPolicies,
      RestrictPublicBuckets: draft.restrictPolicies,
    };
    steps.push({
      what: t("s3.publicAccess"),
      command: cli("s3api", "put-public-access-block", {
        bucket: Bucket,
        publicAccessBlockConfiguration: PublicAccessBlockConfiguration,
      }),
      send: (s3) => s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration })),
    });
  }
  if (draft.versioning && !draft.objectLock) {
    const VersioningConfiguration = { Status: "Enabled" as const };
    steps.push({
      what: t("s3.versioning"),
      command: cli("s3api", "put-bucket-versioning", { bucket: Bucket, versioningConfiguration: VersioningConfiguration }),
      send: (s3) => s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })),
    });
  }
  if (draft.encryption !== "AES256") {
    const ServerSideEncryptionConfiguration = { Rules: [rule(draft)] };
    steps.push({
      what: t("s3.encryption"),
      command: cli("s3api", "put-bucket-encryption", {
        bucket: Bucket,
        serverSideEncryptionConfiguration: ServerSideEncryptionConfiguration,
      }),
      send: (s3) => s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration })),
    });
  }
  const pairs = tagPairs(draft.tags);
  if (pairs.length > 0) {
    const Tagging = { TagSet: pairs.map(({ key, value }) => ({ Key: key, Value: value })) };
    steps.push({
      what: t("common.tags"),
      command: cli("s3api", "put-bucket-tagging", { bucket: Bucket, tagging: Tagging }),
      send: (s3) => s3.send(new PutBucketTaggingCommand({ Bucket, Tagging })),
    });
  }
  return steps;
}

export function createCommands(draft: BucketDraft, region: string): string[] {
  const create = cli("s3api", "create-bucket", {
    bucket: draft.name,
    createBucketConfiguration: location(region),
    objectOwnership: draft.ownership === "BucketOwnerEnforced" ? undefined : draft.ownership,
    objectLockEnabledForBucket: draft.objectLock || undefined,
  });
  return [create, ...settings(draft).map(({ command }) => command)];
}

/** Makes the bucket; answers what could not be set. Throws when there is no bucket at all. */
export async function createBucket(s3: S3Client, draft: BucketDraft, region: string): Promise<[string, unknown][]> {
  await s3.send(
    new CreateBucketCommand({
      Bucket: draft.name,
      CreateBucketConfiguration: location(region),
      ObjectOwnership: draft.ownership === "BucketOwnerEnforced" ? undefined : draft.ownership,
      ObjectLockEnabledForBucket: draft.objectLock || undefined,
    }),
  );
  const failed: [string, unknown][] = [];
  for (const { what, send } of settings(draft)) {
    try {
      await send(s3);
    } catch (error) {
      failed.push([what, error]);
    }
  }
  return failed;
}
