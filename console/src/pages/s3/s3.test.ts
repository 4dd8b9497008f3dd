import { describe, expect, it } from "vitest";
import { arranged, type Row } from "./listing";
import { draftOf, problemsOf, ruleOf } from "./lifecycle";
import { corsProblem } from "./corsRules";
import { folderCrumbs, isLogFolder } from "./paths";
import { isRestorable } from "./restore";

describe("a lifecycle rule", () => {
  const rule = {
    ID: "old",
    Status: "Enabled" as const,
    Filter: { And: { Prefix: "logs/", Tags: [{ Key: "a", Value: "b" }] } },
    Expiration: { Days: 90 },
    NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 2 },
    NoncurrentVersionTransitions: [{ NoncurrentDays: 30, StorageClass: "GLACIER" as const }],
  };

  it("keeps what the form does not show", () => {
    expect(ruleOf({ ...draftOf(rule), expireDays: "60" }, rule)).toEqual({ ...rule, Expiration: { Days: 60 }, Transitions: undefined, AbortIncompleteMultipartUpload: undefined });
  });

  it("needs a name of its own, whole days and something to do", () => {
    const draft = draftOf(undefined);
    expect(problemsOf(draft, [])).toMatchObject({ id: "common.required", actions: "s3.lifecycle.problem.none" });
    expect(problemsOf({ ...draft, id: "old", expireDays: "0" }, ["old"])).toMatchObject({ id: "s3.lifecycle.problem.taken", expireDays: "s3.lifecycle.problem.days" });
    expect(Object.values(problemsOf({ ...draft, id: "new", expireDays: "1" }, ["old"])).filter(Boolean)).toEqual([]);
  });
});

describe("rules for other origins", () => {
  const rule = { AllowedMethods: ["GET"], AllowedOrigins: ["https://*.example.com"] };
  it.each([
    [[rule], undefined],
    [rule, "s3.cors.problem.list"],
    [[{ ...rule, AllowedOrigins: [] }], "s3.cors.problem.origins"],
    [[{ ...rule, AllowedMethods: ["PATCH"] }], "s3.cors.problem.method"],
    [[{ ...rule, AllowedOrigins: ["*.*"] }], "s3.cors.problem.wildcard"],
  ])("%j", (value, problem) => expect(corsProblem(JSON.stringify(value))).toBe(problem));
});

describe("a list of objects", () => {
  const at = (key: string, day: number): Row => ({ id: key, key, kind: "object", modified: new Date(Date.UTC(2026, 10, day)) });
  const logs = "AWSLogs/123456789012/CloudTrail/eu-west-1/2026/";

  it("of a trail begins with the newest, and others with the first name", () => {
    const rows: Row[] = [{ id: "1", key: `${logs}10/`, kind: "folder" }, { id: "2", key: `${logs}11/`, kind: "folder" }, at("a", 1), at("b", 2)];
    expect(arranged(rows, logs).map(({ key }) => key)).toEqual([`${logs}11/`, `${logs}10/`, "b", "a"]);
    expect(arranged(rows, "").map(({ key }) => key)).toEqual([`${logs}10/`, `${logs}11/`, "a", "b"]);
    expect(isLogFolder("AWSLogs/123456789012/CloudTrail/")).toBe(false);
    expect(isLogFolder("x/AWSLogs/123456789012/CloudTrail-Digest/eu-west-1/2026/")).toBe(true);
  });

  it("names the way to a folder", () => {
    expect(folderCrumbs("b", "x//y/").map(({ text, href }) => `${text} ${href}`)).toEqual([
      "x/ #/s3/buckets/b?tab=objects&prefix=x%2F",
      "/ #/s3/buckets/b?tab=objects&prefix=x%2F%2F",
      "y/ #/s3/buckets/b?tab=objects&prefix=x%2F%2Fy%2F",
    ]);
  });

  it("restores a hidden object and an older version, and nothing else", () => {
    const row = at("a", 1);
    expect([
      isRestorable(row),
      isRestorable({ ...row, versionId: "v", isLatest: true }),
      isRestorable({ ...row, versionId: "v", isLatest: false }),
      isRestorable({ ...row, kind: "marker", versionId: "v", isLatest: true }),
      isRestorable({ ...row, kind: "marker", versionId: "v", isLatest: false }),
    ]).toEqual([false, false, true, true, false]);
  });
});
