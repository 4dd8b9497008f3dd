// The trail wizard's other ways: a bucket that has a policy already, and a new bucket with a new key.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CloudTrailClient, GetTrailCommand, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";
import { containing, label } from "./support/labels.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const t = texts("ja");
const NEXT = "次へ";
const BUCKET = "old-forest";
const KEPT = { Sid: "Kept", Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket", Resource: `arn:aws:s3:::${BUCKET}` };
const UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

let server, browser, screen, page, clients;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  const settings = { endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true };
  clients = { trail: new CloudTrailClient(settings), kms: new KMSClient(settings), s3: new s3.S3Client(settings) };
  const CreateBucketConfiguration = { LocationConstraint: REGION };
  await clients.s3.send(new s3.CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration }));
  const Policy = JSON.stringify({ Version: "2012-10-17", Id: "Mine", Statement: [KEPT] });
  await clients.s3.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
  screen = new Screen(await newPage(browser, { origin: server.origin }));
  page = screen.page;
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
  await screen.go("/");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function policyOf(Bucket) {
  const { Policy } = await clients.s3.send(new s3.GetBucketPolicyCommand({ Bucket }));
  return JSON.parse(Policy);
}

const cli = () => page.getByRole("region", { name: label(t("common.cli")) });

/** Opens the commands and gives them in one line each. */
async function commands() {
  await page.getByRole("button", { name: label(t("common.cli")) }).click();
  return (await cli().innerText()).replace(/\\\n\s*/g, "").split("\n");
}

describe("the trail wizard", () => {
  it("does not continue without a name, and explains what a name is", async () => {
    await screen.visit("/cloudtrail/trails/create");
    await screen.press(NEXT);
    await page.getByText(label(t("common.required"))).first().waitFor();
    await screen.type(t("trail.name"), "a..b");
    await page.getByText(containing(t("trail.problem.nameAdjacent"))).first().waitFor();
    await screen.heading(t("trail.step1")).waitFor();
  });

  it("keeps a bucket's policy, adds two statements, and announces them", async () => {
    await screen.type(t("trail.name"), "old-trail");
    await screen.choose(t("trail.storage"), t("trail.storage.existing"));
    await screen.pick(t("trail.bucketName"), BUCKET);
    await screen.boxOf(t("trail.encryption")).click();
    await screen.press(NEXT);
    await screen.press(NEXT);
    await screen.succeeds(t("trail.policyChange.about", { bucket: BUCKET, count: 2 }));
    const region = page.getByRole("region", { name: label(t("trail.policyChange")) });
    const diff = await eventually("the comparison", async () => {
      const text = await region.innerText();
      return text.includes('"Sid": "Kept"') && new RegExp(`AWSCloudTrailAclCheck20150319-${UUID}`).test(text) && text;
    });
    await screen.press(t("trail.create"));
    await screen.succeeds(t("trail.created"));
    const policy = await policyOf(BUCKET);
    assert.equal(policy.Id, "Mine");
    const [kept, read, write, ...more] = policy.Statement;
    assert.deepEqual([kept, more], [KEPT, []]);
    assert.match(read.Sid, new RegExp(`^AWSCloudTrailAclCheck20150319-${UUID}$`));
    assert.match(write.Sid, new RegExp(`^AWSCloudTrailWrite20150319-${UUID}$`));
    // What was shown is what was written.
    for (const { Sid } of [read, write]) assert.ok(diff.includes(Sid), Sid);
  });

  it("makes a bucket and a key with AWS's policies, and the trail delivers", async () => {
    await screen.visit("/cloudtrail/trails/create");
    await screen.type(t("trail.name"), "new-trail");
    const bucket = await screen.field(t("trail.bucketAndFolder")).inputValue();
    assert.match(bucket, new RegExp(`^aws-cloudtrail-logs-${ACCOUNT}-[0-9a-f]{8}$`));
    await screen.type(t("trail.alias"), "new-key");
    await screen.press(NEXT);
    await screen.press(NEXT);
    const verbs = (await commands()).map((line) => /aws (\S+ \S+)/.exec(line)?.[1]);
    assert.deepEqual(verbs, [
      "kms create-key",
      "kms create-alias",
      "s3api create-bucket",
      "s3api put-public-access-block",
      "s3api put-bucket-encryption",
      "s3api put-bucket-policy",
      "cloudtrail create-trail",
      "cloudtrail put-event-selectors",
      "cloudtrail start-logging",
    ]);
    await screen.press(t("trail.create"));
    await screen.succeeds(t("trail.created"));
    assert.equal((await policyOf(bucket)).Statement.length, 2);
    const { Trail } = await clients.trail.send(new GetTrailCommand({ Name: "new-trail" }));
    const { KeyMetadata } = await clients.kms.send(new DescribeKeyCommand({ KeyId: "alias/new-key" }));
    assert.equal(Trail.KmsKeyId, KeyMetadata.Arn);
    await assertKeyPolicy(KeyMetadata.KeyId);
    await eventually("a delivery", async () => {
      const status = await clients.trail.send(new GetTrailStatusCommand({ Name: "new-trail" }));
      assert.ok(!status.LatestDeliveryError, status.LatestDeliveryError);
      return status.LatestDeliveryTime;
    });
  });

  it("shows what failed and what was made, and takes it back", async () => {
    await screen.visit("/cloudtrail/trails/create");
    await screen.type(t("trail.name"), "old-trail");
    await screen.choose(t("trail.storage"), t("trail.storage.existing"));
    await screen.pick(t("trail.bucketName"), BUCKET);
    await screen.type(t("trail.prefix") + " - オプション", "twice");
    await screen.boxOf(t("trail.encryption")).click();
    await screen.press(NEXT);
    await screen.press(NEXT);
    const before = await policyOf(BUCKET);
    await screen.press(t("trail.create"));
    await screen.succeeds("TrailAlreadyExistsException");
    assert.equal((await policyOf(BUCKET)).Statement.length, before.Statement.length + 1);
    await screen.press(t("trail.undo"));
    await eventually("the old policy", async () => (await policyOf(BUCKET)).Statement.length === before.Statement.length);
    assert.deepEqual(await policyOf(BUCKET), before);
    assert.deepEqual(screen.complaints, []);
  });
});

/** Source: CloudTrail User Guide, "Default KMS key policy created in CloudTrail console". */
async function assertKeyPolicy(KeyId) {
  const { Policy } = await clients.kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
  const { Id, Statement } = JSON.parse(Policy);
  assert.equal(Id, "Key policy created by CloudTrail");
  assert.deepEqual(
    Statement.map(({ Sid }) => Sid),
    [
      "Enable IAM User Permissions",
      "Allow CloudTrail to encrypt logs",
      "Allow CloudTrail to describe key",
      "Allow principals in the account to decrypt log files",
      "Allow alias creation during setup",
    ],
  );
}
