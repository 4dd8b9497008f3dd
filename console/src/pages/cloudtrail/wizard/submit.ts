// Making a trail: ordinary calls of the signed-in user, in an order in which each finds what it needs.
// A step that succeeded is not repeated when the user tries again; it can be undone.
import {
  CreateTrailCommand,
  DeleteTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAliasCommand, CreateKeyCommand, DeleteAliasCommand, PutKeyPolicyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import type { Clients } from "../../../aws/clients";
import { tagPairs } from "../../../components/tags";
import { type MessageKey, t } from "../../../i18n";
import { isCode } from "../../../aws/errors";
import { bucketPolicy, storedKeyPolicy } from "./checks";
import { type Draft, selectorsOf, trailArn } from "./draft";
import { keyPolicy, withDelivery, withEncryption } from "./policies";

export interface Step {
  id: string;
  text: string;
  /** Answers how to take it back, when that can be done. */
  run: () => Promise<(() => Promise<unknown>) | undefined>;
}

export interface Who {
  account: string;
  arn: string;
}

/** What one step made and a later one needs. Kept with the form, so that a second try goes on. */
export interface Made {
  keyArn?: string;
}

const KEY_WAITING_DAYS = 7;

/** Block Public Access in full. */
export const ALL_BLOCKED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

/** `id` names what is created, so that a change of it in the form creates a new step. */
function step(id: string, key: MessageKey, name: string, run: Step["run"]): Step {
  return { id, text: t(key, { name }), run };
}

function keySteps({ kms, region }: Clients, draft: Draft, who: Who, made: Made): Step[] {
  if (!draft.encrypt || draft.keyKind !== "new") return [];
  const AliasName = `alias/${draft.newAlias}`;
  return [
    step("key", "trail.step.key", draft.newAlias, async () => {
      const Policy = keyPolicy(who.account, who.arn, region, trailArn(draft.name, region, who.account));
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy, Description: t("trail.key.description", { name: draft.name }) }));
      made.keyArn = KeyMetadata?.Arn;
      const KeyId = KeyMetadata?.KeyId;
      return () => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: KEY_WAITING_DAYS }));
    }),
    step(`alias ${AliasName}`, "trail.step.alias", AliasName, async () => {
      await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: made.keyArn }));
      return () => kms.send(new DeleteAliasCommand({ AliasName }));
    }),
  ];
}

function newBucketSteps({ s3, region }: Clients, draft: Draft, made: Made): Step[] {
  if (draft.storage !== "new") return [];
  const Bucket = draft.bucket;
  return [
    step(`bucket ${Bucket}`, "trail.step.bucket", Bucket, async () => {
      const LocationConstraint = region as BucketLocationConstraint;
      const CreateBucketConfiguration = region === "us-east-1" ? undefined : { LocationConstraint };
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
      return () => s3.send(new DeleteBucketCommand({ Bucket }));
    }),
    step(`block ${Bucket}`, "trail.step.block", Bucket, async () => {
      await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: ALL_BLOCKED }));
      return undefined;
    }),
    ...(draft.encrypt
      ? [
          step(`encryption ${Bucket}`, "trail.step.encryption", Bucket, async () => {
            const key = draft.keyKind === "new" ? made.keyArn : draft.key;
            await s3.send(
              new PutBucketEncryptionCommand({
                Bucket,
                ServerSideEncryptionConfiguration: {
                  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: key } }],
                },
              }),
            );
            return undefined;
          }),
        ]
      : []),
  ];
}

/** Puts the two statements into the bucket's policy; nothing is written when they are there. */
export function policyStep({ s3 }: Clients, draft: Draft, who: Who, arn: string): Step {
  const Bucket = draft.bucket;
  return step(`policy ${arn} ${Bucket} ${draft.prefix}`, "trail.step.policy", Bucket, async () => {
    const before = await bucketPolicy(s3, Bucket);
    const { bucket, prefix, statementIds } = draft;
    const { policy, added } = withDelivery(before, { bucket, prefix, statementIds, account: who.account, trailArn: arn });
    if (added === 0) return undefined;
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy }));
    return () =>
      before
        ? s3.send(new PutBucketPolicyCommand({ Bucket, Policy: before }))
        : s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  });
}

/**
 * Puts the statement that a trail needs into the policy of an existing key. A policy that the
 * caller cannot read is left unchanged: CreateTrail checks it.
 */
export function keyPolicySteps({ kms }: Clients, draft: Draft, who: Who, arn: string): Step[] {
  if (!draft.encrypt || draft.keyKind !== "existing" || !draft.addKeyStatement) return [];
  return [
    step(`key policy ${arn} ${draft.key}`, "trail.step.keyPolicy", draft.key, async () => {
      const stored = await storedKeyPolicy(kms, draft.key).catch((error: unknown) => {
        if (isCode(error, "AccessDenied")) return undefined;
        throw error;
      });
      if (!stored) return undefined;
      const { policy, added } = withEncryption(stored.policy, who.account, arn);
      if (added === 0) return undefined;
      const put = (Policy: string) => kms.send(new PutKeyPolicyCommand({ KeyId: stored.keyId, PolicyName: "default", Policy }));
      await put(policy);
      return () => put(stored.policy);
    }),
  ];
}

function trailSteps({ cloudtrail }: Clients, draft: Draft, made: Made): Step[] {
  const { name: Name } = draft;
  return [
    step(`trail ${Name}`, "trail.step.trail", Name, async () => {
      await cloudtrail.send(
        new CreateTrailCommand({
          Name,
          S3BucketName: draft.bucket,
          S3KeyPrefix: draft.prefix || undefined,
          IncludeGlobalServiceEvents: true,
          IsMultiRegionTrail: true,
          EnableLogFileValidation: draft.validation,
          KmsKeyId: draft.encrypt ? (draft.keyKind === "new" ? made.keyArn : draft.key) : undefined,
          TagsList: tagPairs(draft.tags).map(({ key, value }) => ({ Key: key, Value: value })),
        }),
      );
      return () => cloudtrail.send(new DeleteTrailCommand({ Name }));
    }),
    step(`selectors ${Name}`, "trail.step.selectors", Name, async () => {
      await cloudtrail.send(new PutEventSelectorsCommand({ TrailName: Name, EventSelectors: selectorsOf(draft) }));
      return undefined;
    }),
    step(`logging ${Name}`, "trail.step.logging", Name, async () => {
      await cloudtrail.send(new StartLoggingCommand({ Name }));
      return undefined;
    }),
  ];
}

/** Every step, in order. */
export function stepsOf(clients: Clients, draft: Draft, who: Who, made: Made): Step[] {
  const arn = trailArn(draft.name, clients.region, who.account);
  return [
    ...keySteps(clients, draft, who, made),
    ...newBucketSteps(clients, draft, made),
    ...keyPolicySteps(clients, draft, who, arn),
    policyStep(clients, draft, who, arn),
    ...trailSteps(clients, draft, made),
  ];
}

const FIELD_OF: readonly (readonly [RegExp, "attributes" | "events"])[] = [
  [/EventSelectors/, "events"],
  [/Trail|Bucket|Prefix|Kms|Encryption|Tag/, "attributes"],
];

/** The wizard's page where an error of this code can be put right. */
export function pageOf(code: string): number | undefined {
  const found = FIELD_OF.find(([pattern]) => pattern.test(code));
  return found && (found[1] === "events" ? 1 : 0);
}
