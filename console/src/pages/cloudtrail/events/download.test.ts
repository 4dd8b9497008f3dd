import { describe, expect, it } from "vitest";
import { csvCell, eventsCsv } from "./download";
import { leaves, resourceHref, rowOf } from "./record";

describe("a CSV cell", () => {
  it.each([
    ["plain", "plain"],
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@x", "'@x"],
    ['a "b", c', '"a ""b"", c"'],
    ["=a,b", `"'=a,b"`],
  ])("%j is written %j", (text, cell) => expect(csvCell(text)).toBe(cell));
});

describe("an event", () => {
  const row = rowOf({ EventId: "1", EventName: "=cmd()", CloudTrailEvent: '{"awsRegion":"ap-northeast-1"}' });

  it("cannot bring a formula into a spreadsheet", () => {
    const [, line] = eventsCsv([row]).split("\r\n");
    expect(line).toContain(",'=cmd(),");
    expect(line).toContain("ap-northeast-1");
  });

  it("that is not JSON is shown with the members of the API", () => {
    expect(rowOf({ EventId: "2", CloudTrailEvent: "{" })).toMatchObject({ id: "2", record: {} });
  });

  it("is compared leaf by leaf", () => {
    expect([...leaves({ a: { b: [1, null] } })]).toEqual([
      ["a.b[0]", "1"],
      ["a.b[1]", "null"],
    ]);
  });

  it.each([
    ["AWS::S3::Bucket", "arn:aws:s3:::b", "#/s3/buckets/b"],
    ["AWS::KMS::Key", "arn:aws:kms:r:1:key/k", "#/kms/keys/k"],
    ["AWS::KMS::Key", "arn:aws:kms:r:1:alias/a", undefined],
    ["AWS::IAM::User", "mori", "#/iam/users/mori"],
    ["AWS::EC2::Instance", "i-1", undefined],
  ])("leads from %s %s to %s", (type, name, href) => expect(resourceHref(type, name)).toBe(href));
});
