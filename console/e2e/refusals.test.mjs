// Refusals, explained where they are shown: the policy and the statement that decided.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import * as iam from "@aws-sdk/client-iam";
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { containing, label } from "./support/labels.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const BUCKET = "honey-store";
const PASSWORD = "Hachimitsu-2026";
const READS = { Sid: "Reads", Effect: "Allow", Action: ["shoseki:ExplainDenial", "kms:Describe*", "kms:Get*", "kms:List*"], Resource: "*" };
// Without a Sid: it is named by its number.
const SLEEP = { Effect: "Deny", Action: "kms:EnableKey", Resource: "*" };
const WINTER = { Sid: "NoListsInWinter", Effect: "Deny", Principal: "*", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${BUCKET}` };
const INTERVALS = { ja: { delivery: "1 秒", digest: "3 秒" }, en: { delivery: "1 second", digest: "3 seconds" } };
const document = (...Statement) => JSON.stringify({ Version: "2012-10-17", Statement });

let server, browser, screen, page, policyArn, key;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  const settings = { endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true };
  const client = new iam.IAMClient(settings);
  const { Policy } = await client.send(new iam.CreatePolicyCommand({ PolicyName: "winter", PolicyDocument: document(READS, SLEEP) }));
  policyArn = Policy.Arn;
  for (const UserName of ["kuma", "usagi"]) {
    await client.send(new iam.CreateUserCommand({ UserName }));
    await client.send(new iam.CreateLoginProfileCommand({ UserName, Password: PASSWORD }));
  }
  await client.send(new iam.AttachUserPolicyCommand({ UserName: "kuma", PolicyArn: policyArn }));
  const kms = new KMSClient(settings);
  key = (await kms.send(new CreateKeyCommand({}))).KeyMetadata.KeyId;
  await kms.send(new DisableKeyCommand({ KeyId: key }));
  const s3 = new S3Client(settings);
  const CreateBucketConfiguration = { LocationConstraint: REGION };
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: document(WINTER) }));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const signInAs = (user) =>
  signInByCookie(screen.context, { account: ACCOUNT, user, password: user ? PASSWORD : ROOT_PASSWORD });

for (const language of ["ja", "en"]) {
  const t = texts(language);
  describe(`the explanation of a refusal (${language})`, () => {
    beforeEach(async () => {
      screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      page = screen.page;
    });
    afterEach(() => screen.context.close());

    const explain = () => screen.press(t("common.explain"));
    const shows = (text) => page.getByText(containing(text)).first().waitFor();
    const where = (layer) => t(`explain.layer.${layer}`);

    it("names the Sid of the bucket policy that denies even the root user", async () => {
      await signInAs();
      await screen.go(`/s3/buckets/${BUCKET}`);
      // A part of a page is quiet until it is asked.
      await screen.press(t("common.details"));
      await shows(t("explain.by", { where: where("RESOURCE"), policy: WINTER.Resource, statement: WINTER.Sid }));
      await shows("s3:ListBucket");
      assert.deepEqual(screen.complaints, []);
    });

    it("is in messages too, and counts statements without a Sid from one", async () => {
      await signInAs("kuma");
      await screen.go(`/kms/keys/${key}`);
      await page.getByRole("button", { name: label(t("kms.actions")) }).click();
      await page.getByRole("menuitem", { name: label(t("kms.action.enable")) }).click();
      await explain();
      const statement = t("explain.statement.number", { number: 2 });
      await shows(t("explain.by", { where: where("IDENTITY"), policy: policyArn, statement }));
      assert.deepEqual(screen.complaints, []);
    });

    it("states that nothing allows what no policy mentions", async () => {
      await signInAs("kuma");
      await screen.go("/iam/users");
      await explain();
      await shows(t("explain.reason.implicitDeny", { where: where("IDENTITY") }));
      await shows("iam:ListUsers");
    });

    it("leaves the banner and the server's intervals to users without any right", async () => {
      await signInAs("usagi");
      await screen.go("/cloudtrail/settings");
      await page.getByRole("note").getByText(containing(t("shell.rehearsal.about", INTERVALS[language]))).first().waitFor();
      await screen.shows(t("trail.settings.interval"), INTERVALS[language].delivery);
      await screen.shows(t("trail.settings.digest"), INTERVALS[language].digest);
    });

    it("names the permission to request when the reasons are refused too", async () => {
      await signInAs("usagi");
      await screen.go("/kms/keys");
      await explain();
      await shows(t("explain.notAllowed"));
    });
  });
}
