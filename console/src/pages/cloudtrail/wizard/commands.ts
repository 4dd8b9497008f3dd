// A trail's making as AWS CLI commands.
import { cli } from "../../../components/cli";
import { tagPairs } from "../../../components/tags";
import { type Draft, selectorsOf, trailArn } from "./draft";
import { keyPolicy } from "./policies";
import { ALL_BLOCKED, type Who } from "./submit";

/** Whole policies after the change; undefined when they stay as they are. */
export interface Policies {
  bucket: string | undefined;
  key: string | undefined;
}

export function createCommands(draft: Draft, who: Who, region: string, policies: Policies): string[] {
  const { name, bucket } = draft;
  const newKey = draft.encrypt && draft.keyKind === "new";
  const kmsKeyId = draft.encrypt ? (newKey ? `alias/${draft.newAlias}` : draft.key) : undefined;
  const one = (json: string) => JSON.stringify(JSON.parse(json));
  const commands: string[] = [];
  if (newKey) {
    const text = one(keyPolicy(who.account, who.arn, region, trailArn(name, region, who.account)));
    commands.push(`KEY_ID=$(${cli("kms", "create-key", { region, policy: text })} \\\n  --query KeyMetadata.KeyId --output text)`);
    commands.push(`${cli("kms", "create-alias", { region, aliasName: kmsKeyId })} \\\n  --target-key-id "$KEY_ID"`);
  }
  if (draft.storage === "new") {
    const createBucketConfiguration = region === "us-east-1" ? undefined : { LocationConstraint: region };
    commands.push(cli("s3api", "create-bucket", { region, bucket, createBucketConfiguration }));
    commands.push(cli("s3api", "put-public-access-block", { bucket, publicAccessBlockConfiguration: ALL_BLOCKED }));
    if (kmsKeyId) {
      const byDefault = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: kmsKeyId };
      const serverSideEncryptionConfiguration = { Rules: [{ ApplyServerSideEncryptionByDefault: byDefault }] };
      commands.push(cli("s3api", "put-bucket-encryption", { bucket, serverSideEncryptionConfiguration }));
    }
  }
  if (policies.key) {
    const keyId = draft.key.replace(/^.*:key\//, "");
    commands.push(cli("kms", "put-key-policy", { region, keyId, policyName: "default", policy: one(policies.key) }));
  }
  if (policies.bucket) commands.push(cli("s3api", "put-bucket-policy", { bucket, policy: one(policies.bucket) }));
  const tags = tagPairs(draft.tags).map(({ key, value }) => ({ Key: key, Value: value }));
  commands.push(
    cli("cloudtrail", "create-trail", {
      region,
      name,
      s3BucketName: bucket,
      s3KeyPrefix: draft.prefix,
      includeGlobalServiceEvents: true,
      isMultiRegionTrail: true,
      enableLogFileValidation: draft.validation,
      kmsKeyId,
      tagsList: tags.length > 0 ? tags : undefined,
    }),
  );
  commands.push(cli("cloudtrail", "put-event-selectors", { region, trailName: name, eventSelectors: selectorsOf(draft) }));
  commands.push(cli("cloudtrail", "start-logging", { region, name }));
  return commands;
}
