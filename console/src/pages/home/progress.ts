// How far the four steps are, judged by what the server has: a key that CloudTrail may use, a bucket
// that encrypts with a key, a trail that delivers, a log file that is there.
import { DescribeTrailsCommand, GetTrailStatusCommand, type GetTrailStatusCommandOutput, type Trail } from "@aws-sdk/client-cloudtrail";
import { DescribeKeyCommand, GetKeyPolicyCommand, type KMSClient, ListAliasesCommand } from "@aws-sdk/client-kms";
import { GetBucketEncryptionCommand, ListBucketsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { Clients } from "../../aws/clients";
import { isCode } from "../../aws/errors";
import { everyPage } from "../../aws/useQuery";
import type { MessageKey } from "../../i18n";
import { trailHref } from "../cloudtrail/trails";
import { judgeKeyPolicy } from "../cloudtrail/wizard/policies";

export interface Finding {
  /** `unknown` when the caller may not see it. */
  state: "done" | "todo" | "attention" | "unknown";
  /** What is missing. */
  note?: MessageKey;
  /** Where it can be put right. */
  href?: string;
}

export interface Progress {
  key: Finding;
  bucket: Finding;
  trail: Finding;
  files: Finding;
  /** The bucket of the trail. */
  bucketName?: string;
}

/** The maximum number of keys or buckets that are checked when no trail names one. */
const CHECKED_MAX = 10;
const DONE: Finding = { state: "done" };
const NOTHING_YET: Finding = { state: "todo" };
const UNKNOWN: Finding = { state: "unknown" };

/** What may not be seen is not known; every other error is one. */
async function unlessDenied(finding: Promise<Finding>): Promise<Finding> {
  try {
    return await finding;
  } catch (error) {
    if (isCode(error, "AccessDenied")) return UNKNOWN;
    throw error;
  }
}

/** The best of several findings; nothing is still to do. */
export function best(findings: readonly Finding[]): Finding {
  const order = ["done", "attention", "unknown"] as const;
  for (const state of order) {
    const found = findings.find((one) => one.state === state);
    if (found) return found;
  }
  return NOTHING_YET;
}

async function oneKey(kms: KMSClient, KeyId: string, trailArn: string | undefined, abortSignal: AbortSignal): Promise<Finding> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }), { abortSignal });
  const href = `#/kms/keys/${encodeURIComponent(KeyMetadata?.KeyId ?? KeyId)}`;
  if (KeyMetadata?.KeyState !== "Enabled") return { state: "attention", note: "home.step.key.disabled", href };
  const { Policy = "{}" } = await kms.send(new GetKeyPolicyCommand({ KeyId: KeyMetadata.KeyId }), { abortSignal });
  const verdict = judgeKeyPolicy(Policy, trailArn ?? "");
  if (verdict === "allows" || (trailArn === undefined && verdict === "other-trail")) return DONE;
  return { state: "attention", note: verdict === "missing" ? "home.step.key.statement" : "home.step.key.otherTrail", href };
}

async function keyFinding(kms: KMSClient, trail: Trail | undefined, signal: AbortSignal): Promise<Finding> {
  if (trail?.KmsKeyId) return oneKey(kms, trail.KmsKeyId, trail.TrailARN, signal);
  const aliases = await everyPage(
    (Marker) => kms.send(new ListAliasesCommand({ Marker }), { abortSignal: signal }),
    (answer) => (answer.Truncated ? answer.NextMarker : undefined),
    (answer) => answer.Aliases,
  );
  const own = aliases.filter(({ AliasName = "", TargetKeyId }) => TargetKeyId && !AliasName.startsWith("alias/aws/"));
  const ids = [...new Set(own.map(({ TargetKeyId = "" }) => TargetKeyId))].slice(0, CHECKED_MAX);
  return best(await Promise.all(ids.map((id) => unlessDenied(oneKey(kms, id, undefined, signal)))));
}

async function oneBucket(s3: S3Client, Bucket: string, abortSignal: AbortSignal): Promise<Finding> {
  const answer = await s3.send(new GetBucketEncryptionCommand({ Bucket }), { abortSignal });
  const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
  const byKey = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm?.startsWith("aws:kms") === true;
  if (byKey) return DONE;
  return { state: "attention", note: "home.step.bucket.encryption", href: `#/s3/buckets/${encodeURIComponent(Bucket)}?tab=properties` };
}

async function bucketFinding(s3: S3Client, trail: Trail | undefined, signal: AbortSignal): Promise<Finding> {
  if (trail?.S3BucketName) return oneBucket(s3, trail.S3BucketName, signal);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({ MaxBuckets: CHECKED_MAX }), { abortSignal: signal });
  return best(await Promise.all(Buckets.map(({ Name = "" }) => unlessDenied(oneBucket(s3, Name, signal)))));
}

/** A trail that records and whose last delivery was not refused. */
export function trailFinding(status: Pick<GetTrailStatusCommandOutput, "IsLogging" | "LatestDeliveryError"> | undefined): Finding {
  if (!status) return NOTHING_YET;
  if (!status.IsLogging) return { state: "attention", note: "home.step.trail.off" };
  return status.LatestDeliveryError ? { state: "attention", note: "home.step.trail.refused" } : DONE;
}

async function filesFinding(s3: S3Client, trail: Trail | undefined, account: string, abortSignal: AbortSignal): Promise<Finding> {
  if (!trail?.S3BucketName) return NOTHING_YET;
  const folder = trail.S3KeyPrefix ? `${trail.S3KeyPrefix}/` : "";
  const Prefix = `${folder}AWSLogs/${account}/CloudTrail/`;
  const answer = await s3.send(new ListObjectsV2Command({ Bucket: trail.S3BucketName, Prefix, MaxKeys: 2 }), { abortSignal });
  return (answer.Contents ?? []).some(({ Key = "" }) => Key.endsWith(".json.gz")) ? DONE : NOTHING_YET;
}

interface Known {
  trail: Trail;
  status: GetTrailStatusCommandOutput | undefined;
}

/** The trail that is furthest. */
async function foremost({ cloudtrail }: Clients, abortSignal: AbortSignal): Promise<Known | undefined> {
  const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}), { abortSignal });
  const known = await Promise.all(
    trailList.map(async (trail): Promise<Known> => {
      const status = await cloudtrail.send(new GetTrailStatusCommand({ Name: trail.TrailARN }), { abortSignal });
      return { trail, status };
    }),
  );
  return (
    known.find(({ status }) => trailFinding(status).state === "done") ??
    known.find(({ status }) => status?.IsLogging) ??
    known[0]
  );
}

export async function progressOf(clients: Clients, account: string, signal: AbortSignal): Promise<Progress> {
  let seen: Known | undefined;
  const trail = await unlessDenied(
    foremost(clients, signal).then((known) => {
      seen = known;
      const finding = trailFinding(known?.status);
      return finding.state === "attention" ? { ...finding, href: trailHref(known?.trail.TrailARN ?? "") } : finding;
    }),
  );
  const kept = seen?.trail;
  const [key, bucket, files] = await Promise.all([
    unlessDenied(keyFinding(clients.kms, kept, signal)),
    unlessDenied(bucketFinding(clients.s3, kept, signal)),
    trail.state === "unknown" ? UNKNOWN : unlessDenied(filesFinding(clients.s3, kept, account, signal)),
  ]);
  return { key, bucket, trail, files, bucketName: kept?.S3BucketName };
}
