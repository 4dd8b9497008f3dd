// The policies that a trail needs, as the AWS console writes them.

interface Statement {
  Sid?: string;
  Effect?: string;
  Principal?: unknown;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
  [member: string]: unknown;
}

interface Policy {
  Version?: string;
  Statement?: Statement[] | Statement;
  [member: string]: unknown;
}

interface Delivery {
  bucket: string;
  prefix: string;
  account: string;
  trailArn: string;
  /** The random part of the two Sids. */
  statementIds: readonly [string, string];
}

const SERVICE = { Service: "cloudtrail.amazonaws.com" };

/** The two statements that let a trail check and fill its bucket. */
export function bucketStatements({ bucket, prefix, account, trailArn, statementIds }: Delivery): Statement[] {
  const folder = prefix ? `${prefix.replace(/\/$/, "")}/` : "";
  return [
    {
      Sid: `AWSCloudTrailAclCheck20150319-${statementIds[0]}`,
      Effect: "Allow",
      Principal: SERVICE,
      Action: "s3:GetBucketAcl",
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: { StringEquals: { "AWS:SourceArn": trailArn } },
    },
    {
      Sid: `AWSCloudTrailWrite20150319-${statementIds[1]}`,
      Effect: "Allow",
      Principal: SERVICE,
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${bucket}/${folder}AWSLogs/${account}/*`,
      Condition: { StringEquals: { "AWS:SourceArn": trailArn, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}

function list<T extends string | Statement>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A statement without its Sid, in canonical form: the case of keys and one-element lists do not matter. */
function meaning(statement: Statement): string {
  const conditions = Object.entries(statement.Condition ?? {}).map(([operator, keys]) => [
    operator.toLowerCase(),
    Object.entries(keys)
      .map(([key, values]) => [key.toLowerCase(), [...list(values as string | string[])].sort()])
      .sort(),
  ]);
  const principal = typeof statement.Principal === "string" ? statement.Principal : Object.entries(statement.Principal ?? {});
  return JSON.stringify([
    statement.Effect,
    principal,
    list(statement.Action).map((action) => action.toLowerCase()).sort(),
    [...list(statement.Resource)].sort(),
    conditions.sort(),
  ]);
}

/**
 * A bucket policy with the statements a trail needs: what is there stays, and a statement that
 * is there in other words is not added again. `before` is empty when there is no policy.
 */
export function withDelivery(before: string, delivery: Delivery): { policy: string; added: number } {
  const policy: Policy = before ? (JSON.parse(before) as Policy) : { Version: "2012-10-17", Statement: [] };
  const present = list(policy.Statement);
  const known = new Set(present.map(meaning));
  const added = bucketStatements(delivery).filter((statement) => !known.has(meaning(statement)));
  if (added.length === 0) return { policy: before, added: 0 };
  return { policy: JSON.stringify({ ...policy, Statement: [...present, ...added] }, null, 2), added: added.length };
}

/** The policy of a key that is made for a trail. Source: CloudTrail User Guide, "Default KMS key policy created in CloudTrail console". */
export function keyPolicy(account: string, callerArn: string, region: string, trailArn: string): string {
  const context = { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${account}:trail/*` };
  const root = `arn:aws:iam::${account}:root`;
  const users = callerArn.includes(":user/") ? [root, callerArn] : [root];
  return JSON.stringify(
    {
      Version: "2012-10-17",
      Id: "Key policy created by CloudTrail",
      Statement: [
        { Sid: "Enable IAM User Permissions", Effect: "Allow", Principal: { AWS: users }, Action: "kms:*", Resource: "*" },
        encryptStatement(account, trailArn),
        {
          Sid: "Allow CloudTrail to describe key",
          Effect: "Allow",
          Principal: SERVICE,
          Action: "kms:DescribeKey",
          Resource: "*",
        },
        {
          Sid: "Allow principals in the account to decrypt log files",
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: ["kms:Decrypt", "kms:ReEncryptFrom"],
          Resource: "*",
          Condition: { StringEquals: { "kms:CallerAccount": account }, StringLike: context },
        },
        {
          Sid: "Allow alias creation during setup",
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: "kms:CreateAlias",
          Resource: "*",
          Condition: {
            StringEquals: { "kms:ViaService": `ec2.${region}.amazonaws.com`, "kms:CallerAccount": account },
          },
        },
      ],
    },
    null,
    2,
  );
}

/** The statement that lets a trail encrypt its log files. Source: CloudTrail User Guide, "Granting encrypt permissions". */
function encryptStatement(account: string, trailArn: string): Statement {
  return {
    Sid: "Allow CloudTrail to encrypt logs",
    Effect: "Allow",
    Principal: SERVICE,
    Action: "kms:GenerateDataKey*",
    Resource: "*",
    Condition: {
      StringEquals: { "aws:SourceArn": trailArn },
      StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${account}:trail/*` },
    },
  };
}

/** A key policy that lets the trail encrypt: the same where it does already, else with one more statement. */
export function withEncryption(before: string, account: string, trailArn: string): { policy: string; added: number } {
  if (judgeKeyPolicy(before, trailArn) === "allows") return { policy: before, added: 0 };
  const policy = JSON.parse(before) as Policy;
  const present = list(policy.Statement);
  const statement = encryptStatement(account, trailArn);
  // A statement of the same name lets another trail encrypt: it stays, and this one gets a name of its own.
  const name = trailArn.split("/").pop() ?? "";
  if (present.some(({ Sid }) => Sid === statement.Sid)) statement.Sid = `${statement.Sid} of ${name}`;
  return { policy: JSON.stringify({ ...policy, Statement: [...present, statement] }, null, 2), added: 1 };
}

/** How well a key policy lets a trail encrypt: by its words alone, without evaluating it. */
export type KeyPolicyVerdict = "allows" | "other-trail" | "missing";

export function judgeKeyPolicy(text: string, trailArn: string): KeyPolicyVerdict {
  const policy = JSON.parse(text) as Policy;
  const statements = list(policy.Statement).filter(
    ({ Effect, Principal, Action }) =>
      Effect === "Allow" &&
      JSON.stringify(Principal ?? "").match(/cloudtrail\.amazonaws\.com|"\*"/) !== null &&
      list(Action).some((action) => /^(kms:)?(\*|generatedatakey\*?)$/i.test(action)),
  );
  if (statements.length === 0) return "missing";
  const fits = statements.some(({ Condition = {} }) =>
    Object.values(Condition).every((keys) =>
      Object.entries(keys).every(
        ([key, values]) => key.toLowerCase() !== "aws:sourcearn" || list(values as string | string[]).some((one) => matches(one, trailArn)),
      ),
    ),
  );
  return fits ? "allows" : "other-trail";
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
  return new RegExp(`^${source}$`).test(text);
}
