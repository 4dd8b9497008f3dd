// Whom a new role trusts, and the policy for it.

export type Entity = "service" | "account" | "custom";

export interface Trusted {
  entity: Entity;
  /** A service principal: `cloudtrail.amazonaws.com`. */
  service: string;
  ownAccount: boolean;
  otherAccount: string;
  /** Undefined when none is asked for. */
  externalId: string | undefined;
  mfa: boolean;
  /** The policy of a custom trust. */
  document: string;
}

/** Services that people let assume roles; every other one can be typed. */
export const SERVICES = [
  "cloudtrail.amazonaws.com",
  "ec2.amazonaws.com",
  "ecs-tasks.amazonaws.com",
  "events.amazonaws.com",
  "lambda.amazonaws.com",
  "logs.amazonaws.com",
  "s3.amazonaws.com",
  "states.amazonaws.com",
] as const;

function document(...statement: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statement }, null, 2);
}

export const FIRST: Trusted = {
  entity: "service",
  service: "",
  ownAccount: true,
  otherAccount: "",
  externalId: undefined,
  mfa: false,
  document: document({ Sid: "Statement1", Effect: "Allow", Principal: {}, Action: "sts:AssumeRole" }),
};

/** The trust policy; `account` is that of the signed-in user. */
export function trustPolicy(trusted: Trusted, account: string): string {
  const { entity, service, externalId, mfa } = trusted;
  if (entity === "custom") return trusted.document;
  if (entity === "service") return document({ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" });
  const root = `arn:aws:iam::${trusted.ownAccount ? account : trusted.otherAccount}:root`;
  const Condition = {
    ...(externalId !== undefined && { StringEquals: { "sts:ExternalId": externalId } }),
    ...(mfa && { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
  };
  const statement = { Effect: "Allow", Principal: { AWS: root }, Action: "sts:AssumeRole" };
  return document(Object.keys(Condition).length > 0 ? { ...statement, Condition } : statement);
}

export type TrustProblem = "service" | "account" | "externalId";

/** What is missing or not spelled right; JSON is judged by the editor. */
export function trustProblems(trusted: Trusted): ReadonlySet<TrustProblem> {
  const problems = new Set<TrustProblem>();
  if (trusted.entity === "service" && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(trusted.service)) problems.add("service");
  if (trusted.entity === "account") {
    if (!trusted.ownAccount && !/^\d{12}$/.test(trusted.otherAccount)) problems.add("account");
    // Source: IAM User Guide, "Access to AWS accounts owned by third parties": length and characters.
    const { externalId } = trusted;
    if (externalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) problems.add("externalId");
  }
  return problems;
}
