import { describe, expect, it } from "vitest";
import { FIRST, trustPolicy, trustProblems, type Trusted } from "./trust";

const ACCOUNT = "111122223333";

function statement(change: Partial<Trusted>): unknown {
  return JSON.parse(trustPolicy({ ...FIRST, ...change }, ACCOUNT)).Statement[0];
}

describe("the trust policy of a new role", () => {
  it("names the service", () => {
    expect(statement({ service: "cloudtrail.amazonaws.com" })).toEqual({
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "sts:AssumeRole",
    });
  });

  it("names one's own account, or another one with what it must bring", () => {
    const own = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" };
    expect(statement({ entity: "account" })).toEqual(own);
    const other = { entity: "account", ownAccount: false, otherAccount: "444455556666", externalId: "den", mfa: true } as const;
    expect(statement(other)).toEqual({
      ...own,
      Principal: { AWS: "arn:aws:iam::444455556666:root" },
      Condition: { StringEquals: { "sts:ExternalId": "den" }, Bool: { "aws:MultiFactorAuthPresent": "true" } },
    });
  });

  it("is what was typed when it is a custom one", () => {
    expect(trustPolicy({ ...FIRST, entity: "custom", document: "{}" }, ACCOUNT)).toBe("{}");
  });

  it("is not made of what is missing or misspelled", () => {
    const cases: [Partial<Trusted>, string[]][] = [
      [{}, ["service"]],
      [{ service: "Cloud Trail" }, ["service"]],
      [{ service: "s3.amazonaws.com" }, []],
      [{ entity: "account" }, []],
      [{ entity: "account", ownAccount: false, otherAccount: "12", externalId: "a" }, ["account", "externalId"]],
      [{ entity: "account", ownAccount: false, otherAccount: "444455556666", externalId: "den 1" }, ["externalId"]],
      [{ entity: "custom" }, []],
    ];
    for (const [change, problems] of cases) expect([...trustProblems({ ...FIRST, ...change })], JSON.stringify(change)).toEqual(problems);
  });
});
