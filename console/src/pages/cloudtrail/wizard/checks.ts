// What can be seen before a trail is made: is the bucket there, does the key fit, does its
// policy name this trail. Each answer is one line; only the server's own checks are binding.
import { DescribeKeyCommand, GetKeyPolicyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { GetBucketPolicyCommand, HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { failureOf, isCode } from "../../../aws/errors";
import { t } from "../../../i18n";
import { stateText } from "../../../components/keyState";
import { judgeKeyPolicy } from "./policies";

export interface Check {
  id: string;
  result: "pass" | "warn" | "fail";
  text: string;
  /** The key's policy lacks a statement, which the console can add. */
  lacksStatement?: true;
  /** A page where it can be put right. */
  href?: string;
}

/** The bucket's policy; empty when it has none. */
export async function bucketPolicy(s3: S3Client, Bucket: string, abortSignal?: AbortSignal): Promise<string> {
  try {
    const answer = await s3.send(new GetBucketPolicyCommand({ Bucket }), { abortSignal });
    return answer.Policy ?? "";
  } catch (error) {
    if (isCode(error, "NoSuchBucketPolicy")) return "";
    throw error;
  }
}

export async function checkBucket(s3: S3Client, Bucket: string, abortSignal: AbortSignal): Promise<Check> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }), { abortSignal });
    return { id: "bucket", result: "pass", text: t("trail.check.bucket.pass", { bucket: Bucket }) };
  } catch (error) {
    if (failureOf(error).status === 404) {
      return { id: "bucket", result: "fail", text: t("trail.check.bucket.missing", { bucket: Bucket }), href: "#/s3/buckets/create" };
    }
    return { id: "bucket", result: "warn", text: t("trail.check.bucket.unknown", { bucket: Bucket }) };
  }
}

export interface StoredKeyPolicy {
  keyId: string;
  policy: string;
}

/** The policy of a key that is named by ID, ARN or alias. */
export async function storedKeyPolicy(kms: KMSClient, key: string, abortSignal?: AbortSignal): Promise<StoredKeyPolicy> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }), { abortSignal });
  const keyId = KeyMetadata?.KeyId ?? key;
  const { Policy = "{}" } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyId }), { abortSignal });
  return { keyId, policy: Policy };
}

export async function checkKey(kms: KMSClient, KeyId: string, trailArn: string, abortSignal: AbortSignal): Promise<Check[]> {
  const checks: Check[] = [];
  let keyId: string;
  try {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }), { abortSignal });
    keyId = KeyMetadata?.KeyId ?? KeyId;
    const state = KeyMetadata?.KeyState;
    const good = state === "Enabled" && KeyMetadata?.KeySpec === "SYMMETRIC_DEFAULT";
    checks.push({
      id: "key",
      result: good ? "pass" : "fail",
      text: good ? t("trail.check.key.pass") : t("trail.check.key.state", { state: stateText(state), spec: KeyMetadata?.KeySpec ?? "" }),
      href: good ? undefined : `#/kms/keys/${keyId}`,
    });
  } catch (error) {
    const { code } = failureOf(error);
    return [{ id: "key", result: "warn", text: t("trail.check.key.unknown", { code }), href: "#/kms/keys" }];
  }
  try {
    const { Policy = "{}" } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyId }), { abortSignal });
    const verdict = judgeKeyPolicy(Policy, trailArn);
    const href = `#/kms/keys/${keyId}`;
    if (verdict === "allows") checks.push({ id: "policy", result: "pass", text: t("trail.check.policy.pass") });
    else {
      const text = verdict === "missing" ? t("trail.check.policy.missing") : t("trail.check.policy.other", { arn: trailArn });
      checks.push({ id: "policy", result: "warn", text, href, lacksStatement: true });
    }
  } catch {
    checks.push({ id: "policy", result: "warn", text: t("trail.check.policy.unknown") });
  }
  return checks;
}
