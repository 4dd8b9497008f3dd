import { describe, expect, it } from "vitest";
import { bucketStatements, judgeKeyPolicy, keyPolicy, withDelivery, withEncryption } from "./policies";

const TRAIL = "arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/mori-cloudtrail-management-event";
const delivery = {
  bucket: "mori-s3-cloudtrail-management-event",
  prefix: "",
  account: "123456789012",
  trailArn: TRAIL,
  statementIds: ["459577f5-b4a6-4e5f-82ca-4ca6ed3d6840", "664cdffa-a0a0-4e6b-ba04-3bec10f6e83b"] as const,
};

describe("the bucket policy", () => {
  it("of a bucket without one consists of the two statements that the AWS console writes", () => {
    const { policy, added } = withDelivery("", delivery);
    expect(added).toBe(2);
    expect(JSON.parse(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AWSCloudTrailAclCheck20150319-459577f5-b4a6-4e5f-82ca-4ca6ed3d6840",
          Effect: "Allow",
          Principal: { Service: "cloudtrail.amazonaws.com" },
          Action: "s3:GetBucketAcl",
          Resource: "arn:aws:s3:::mori-s3-cloudtrail-management-event",
          Condition: { StringEquals: { "AWS:SourceArn": TRAIL } },
        },
        {
          Sid: "AWSCloudTrailWrite20150319-664cdffa-a0a0-4e6b-ba04-3bec10f6e83b",
          Effect: "Allow",
          Principal: { Service: "cloudtrail.amazonaws.com" },
          Action: "s3:PutObject",
          Resource: "arn:aws:s3:::mori-s3-cloudtrail-management-event/AWSLogs/123456789012/*",
          Condition: { StringEquals: { "AWS:SourceArn": TRAIL, "s3:x-amz-acl": "bucket-owner-full-control" } },
        },
      ],
    });
  });

  it("keeps what is there, in its place and with its members", () => {
    const keep = { Sid: "Keep", Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket", Resource: "*" };
    const before = JSON.stringify({ Version: "2012-10-17", Id: "mine", Statement: keep });
    const after = JSON.parse(withDelivery(before, delivery).policy) as { Id: string; Statement: unknown[] };
    expect(after.Id).toBe("mine");
    expect(after.Statement[0]).toEqual(keep);
    expect(after.Statement).toHaveLength(3);
  });

  it("does not change when its statements are equivalent", () => {
    const other = bucketStatements({ ...delivery, statementIds: ["a", "b"] }).map((statement) => ({
      ...statement,
      Action: [statement.Action],
      Condition: JSON.parse(JSON.stringify(statement.Condition).replaceAll("AWS:SourceArn", "aws:SourceArn")) as unknown,
    }));
    const before = JSON.stringify({ Version: "2012-10-17", Statement: other });
    expect(withDelivery(before, delivery)).toEqual({ policy: before, added: 0 });
  });

  it("gets only the statement that is missing", () => {
    const [first] = bucketStatements(delivery);
    expect(withDelivery(JSON.stringify({ Statement: [first] }), delivery).added).toBe(1);
  });

  it("puts the prefix before AWSLogs", () => {
    const [, write] = bucketStatements({ ...delivery, prefix: "logs" });
    expect(write?.Resource).toBe("arn:aws:s3:::mori-s3-cloudtrail-management-event/logs/AWSLogs/123456789012/*");
  });
});

describe("the key policy", () => {
  const statement = (sourceArn: string) => ({
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: "kms:GenerateDataKey*",
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceArn": sourceArn } },
  });
  const judge = (...statements: unknown[]) => judgeKeyPolicy(JSON.stringify({ Statement: statements }), TRAIL);

  it("that names the trail lets it encrypt", () => expect(judge(statement(TRAIL))).toBe("allows"));
  it("may name trails by a pattern", () => expect(judge(statement(TRAIL.replace("mori", "*")))).toBe("allows"));
  it("that names another trail is distinguished", () => expect(judge(statement(`${TRAIL}-2`))).toBe("other-trail"));
  it("without a statement for CloudTrail is found out", () => expect(judge({ Effect: "Allow", Action: "kms:*" })).toBe("missing"));
  it("that denies does not count as allowing", () => expect(judge({ ...statement(TRAIL), Effect: "Deny" })).toBe("missing"));
  it("of a new key lets its trail encrypt", () => {
    const policy = keyPolicy("123456789012", "arn:aws:iam::123456789012:user/mori", "ap-northeast-1", TRAIL);
    expect(judgeKeyPolicy(policy, TRAIL)).toBe("allows");
  });

  it("that lacks the statement gets it at its end, and lets the trail encrypt", () => {
    const root = { Sid: "Enable IAM User Permissions", Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:List*", Resource: "*" };
    const { policy, added } = withEncryption(JSON.stringify({ Id: "mine", Statement: root }), "123456789012", TRAIL);
    const after = JSON.parse(policy) as { Id: string; Statement: { Sid: string }[] };
    expect([added, after.Id, after.Statement[0]]).toEqual([1, "mine", root]);
    expect(judgeKeyPolicy(policy, TRAIL)).toBe("allows");
    expect(withEncryption(policy, "123456789012", TRAIL)).toEqual({ policy, added: 0 });
    // A second trail gets a statement of its own name.
    const second = withEncryption(policy, "123456789012", `${TRAIL}-2`);
    const names = (JSON.parse(second.policy) as typeof after).Statement.map(({ Sid }) => Sid);
    expect(new Set(names).size).toBe(3);
    expect([judgeKeyPolicy(second.policy, TRAIL), judgeKeyPolicy(second.policy, `${TRAIL}-2`)]).toEqual(["allows", "allows"]);
  });
});
