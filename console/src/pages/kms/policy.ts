// The key policies that the console writes.
export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal: { AWS: string | string[] } | { Service: string };
  Action: string | string[];
  Resource: string;
  Condition?: Record<string, Record<string, string>>;
}

export interface KeyPolicy {
  Version: string;
  Id?: string;
  Statement: Statement[];
}

const ADMINISTER = [
  "kms:Create*",
  "kms:Describe*",
  "kms:Enable*",
  "kms:List*",
  "kms:Put*",
  "kms:Update*",
  "kms:Revoke*",
  "kms:Disable*",
  "kms:Get*",
  "kms:Delete*",
  "kms:TagResource",
  "kms:UntagResource",
];
const DELETE = ["kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"];
const USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];
const GRANT = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"];

interface Choice {
  account: string;
  administrators: readonly string[];
  mayDelete: boolean;
  users: readonly string[];
  /** Twelve digits each. */
  otherAccounts: readonly string[];
}

/** Statements without principals are left out. */
export function consolePolicy({ account, administrators, mayDelete, users, otherAccounts }: Choice): KeyPolicy {
  const root = (id: string) => `arn:aws:iam::${id}:root`;
  const using = [...users, ...otherAccounts.map(root)];
  const statements: Statement[] = [
    {
      Sid: "Enable IAM User Permissions",
      Effect: "Allow",
      Principal: { AWS: root(account) },
      Action: "kms:*",
      Resource: "*",
    },
  ];
  if (administrators.length > 0) {
    statements.push({
      Sid: "Allow access for Key Administrators",
      Effect: "Allow",
      Principal: { AWS: [...administrators] },
      Action: [...ADMINISTER, ...(mayDelete ? DELETE : []), "kms:RotateKeyOnDemand"],
      Resource: "*",
    });
  }
  if (using.length > 0) {
    const principal = { AWS: using };
    statements.push(
      { Sid: "Allow use of the key", Effect: "Allow", Principal: principal, Action: USE, Resource: "*" },
      {
        Sid: "Allow attachment of persistent resources",
        Effect: "Allow",
        Principal: principal,
        Action: GRANT,
        Resource: "*",
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    );
  }
  return { Version: "2012-10-17", Id: "key-consolepolicy-3", Statement: statements };
}

/** The statement that lets a trail encrypt its log files with the key. */
export function cloudTrailStatement(account: string, region: string, trail: string): Statement {
  return {
    Sid: "Allow CloudTrail to encrypt logs",
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: "kms:GenerateDataKey*",
    Resource: "*",
    Condition: {
      StringEquals: { "aws:SourceArn": `arn:aws:cloudtrail:${region}:${account}:trail/${trail}` },
      StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${account}:trail/*` },
    },
  };
}

/** A policy text with one more statement at its end; undefined when the text is no policy. */
export function withStatement(text: string, statement: Statement): string | undefined {
  try {
    const policy = JSON.parse(text) as { Statement?: unknown };
    const before = Array.isArray(policy.Statement) ? policy.Statement : policy.Statement ? [policy.Statement] : [];
    return JSON.stringify({ ...policy, Statement: [...before, statement] }, null, 2);
  } catch {
    return undefined;
  }
}
