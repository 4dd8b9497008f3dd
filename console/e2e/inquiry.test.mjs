// What the server's own service answers: is a trail intact, what would a policy stop, what is wrong
// with a policy, why was a call refused, is the server well.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import * as iam from "@aws-sdk/client-iam";
import {
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes, eventually } from "./support/eventually.mjs";
import { furnish } from "./support/furnish.mjs";
import { containing, label } from "./support/labels.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const FOLDER = `AWSLogs/${ACCOUNT}/`;
let server, browser, screen, page, made, s3, settings, policy;

const list = async (kind) => {
  const Prefix = `${FOLDER}${kind}/${REGION}/`;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: made.bucket, Prefix }));
  return Contents.map(({ Key }) => Key);
};

/** A bucket policy that lets one trail deliver. */
function policyFor(trail) {
  const own = (Action, Resource) => ({
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action,
    Resource,
    Condition: { StringEquals: { "aws:SourceArn": trail } },
  });
  const arn = `arn:aws:s3:::${made.bucket}`;
  const Statement = [own("s3:GetBucketAcl", arn), own("s3:PutObject", `${arn}/*`)];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/** The log files that delivered digests name. */
async function proved() {
  const named = [];
  for (const Key of await list("CloudTrail-Digest")) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: made.bucket, Key }));
    const digest = JSON.parse(gunzipSync(await Body.transformToByteArray()).toString());
    named.push(...digest.logFiles.map(({ s3Object }) => s3Object));
  }
  return named;
}

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  made = await furnish(server);
  settings = { endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true };
  s3 = new S3Client(settings);
  policy = policyFor(made.trail);
  await s3.send(new PutBucketPolicyCommand({ Bucket: made.bucket, Policy: policy }));
  await eventually("digests name log files", async () => {
    await s3.send(new GetBucketPolicyCommand({ Bucket: made.bucket }));
    return (await proved()).length > 1;
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const signIn = () => signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });

for (const language of ["ja", "en"]) {
  const t = texts(language);
  describe(`questions to the server (${language})`, () => {
    beforeEach(async () => {
      screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      page = screen.page;
      await signIn();
    });
    afterEach(() => screen.context.close());

    const shows = (text) => page.getByText(containing(text)).first().waitFor();
    const validate = async () => {
      await screen.go(`/cloudtrail/trails/${encodeURIComponent(made.trail)}`);
      await screen.press(t("validate.start"));
    };
    const paste = async (text) => {
      await page.locator(".ace_text-input").waitFor({ state: "attached" });
      await screen.paste(text);
    };
    const findings = () => page.getByRole("table", { name: label(t("validate.findings")) }).locator("tbody tr");

    it("finds nothing wrong with what was delivered", async () => {
      await validate();
      await shows(t("validate.verdict.VALID"));
      await becomes(() => findings().count(), 0);
      await page.getByRole("table", { name: label(t("validate.regions")) }).getByRole("row", { name: containing(REGION) }).waitFor();
      assert.deepEqual(screen.complaints, []);
    });

    it("reports exactly the log file that was deleted", async () => {
      const [Key] = await proved();
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: made.bucket, Key }));
      const bytes = await Body.transformToByteArray();
      await s3.send(new DeleteObjectCommand({ Bucket: made.bucket, Key }));
      await validate();
      await shows(t("validate.verdict.INVALID"));
      await page.getByRole("progressbar").waitFor({ state: "detached" });
      await becomes(() => findings().count(), 1);
      const row = await findings().first().innerText();
      assert.ok(row.includes(`s3://${made.bucket}/${Key}`) && row.includes(t("validate.code.MISSING")), row);
      assert.ok(row.includes(t("validate.kind.LogFile")), row);
      
      await findings().first().getByRole("link").click();
      await screen.settled();
      assert.ok(screen.path().startsWith(`/s3/buckets/${made.bucket}?`), screen.path());
      await s3.send(new PutObjectCommand({ Bucket: made.bucket, Key, Body: bytes }));
      assert.deepEqual(screen.complaints, []);
    });

    it("names the trail that a bucket policy would stop, and why, before it is saved", async () => {
      const other = policyFor(`${made.trail}-other`);
      const stored = async () => JSON.parse((await s3.send(new GetBucketPolicyCommand({ Bucket: made.bucket }))).Policy);
      await screen.go(`/s3/buckets/${made.bucket}/policy`);
      await paste(other);
      await screen.press(t("common.save"));
      const dialog = page.getByRole("dialog");
      await dialog.getByText(containing(t("stop.text"))).first().waitFor();
      await dialog.getByRole("link", { name: "forest-trail" }).waitFor();
      await dialog.getByText(containing("s3:GetBucketAcl")).first().waitFor();
      await dialog.getByRole("button", { name: label(t("common.cancel")) }).click();
      assert.deepEqual(await stored(), JSON.parse(policy));
      await screen.press(t("common.save"));
      await page.getByRole("dialog").getByRole("button", { name: label(t("stop.anyway")) }).click();
      await screen.succeeds(t("s3.policy.saved"));
      assert.deepEqual(await stored(), JSON.parse(other));
      // Then the server is degraded, which callers with the permission see.
      await eventually("delivery is refused", async () => {
        const health = await (await fetch(`${server.origin}/_shoseki/health`)).json();
        return health.reasons?.includes("delivery-refused");
      });
      await screen.go("/s3/buckets");
      await page.reload();
      await shows(t("shell.health.delivery-refused"));
      await s3.send(new PutBucketPolicyCommand({ Bucket: made.bucket, Policy: policy }));
      assert.deepEqual(screen.complaints, []);
    });

    it("shows what is wrong with a policy while it is typed", async () => {
      await screen.go(`/s3/buckets/${made.bucket}/policy`);
      await paste('{\n  "Version": "2012-10-17",\n  "Statement": [],\n}');
      await shows(t("policy.json", { line: 3, column: 18, problem: t("policy.json.comma") }));
      await paste(policyFor("forest-trail"));
      await shows(t("policy.review.title"));
      const arn = t("policy.review.arn", { statement: "", key: "", value: "" }).split(/[:“「]/)[0].trim();
      await shows(arn);
      await screen.press(t("policy.format"));
      await page.locator(".ace_line").filter({ hasText: '"Statement": [' }).first().waitFor();
      await paste('{"Version": "2012-10-17", "Statement": []}');
      await shows(t("policy.review.refused"));
    });

    it("explains a refused event", async () => {
      const UserName = `kitsune-${language}`;
      const client = new iam.IAMClient(settings);
      await client.send(new iam.CreateUserCommand({ UserName }));
      const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName }));
      const credentials = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
      const own = new S3Client({ ...settings, credentials });
      await assert.rejects(own.send(new GetBucketPolicyCommand({ Bucket: made.bucket })));
      const trails = new CloudTrailClient(settings);
      const event = await eventually("the refusal is in the history", async () => {
        const LookupAttributes = [{ AttributeKey: "Username", AttributeValue: UserName }];
        return (await trails.send(new LookupEventsCommand({ LookupAttributes }))).Events?.[0];
      });
      await screen.go(`/cloudtrail/events/${event.EventId}`);
      await page.getByRole("heading", { name: label(t("history.refused")) }).waitFor();
      await screen.press(t("common.explain"));
      await shows("s3:GetBucketPolicy");
      assert.deepEqual(screen.complaints, []);
    });
  });
}
