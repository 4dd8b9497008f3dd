// What a person changes on a bucket's pages, up to its end.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as s3 from "@aws-sdk/client-s3";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes } from "./support/eventually.mjs";
import { containing, label } from "./support/labels.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const t = texts("ja");
const BUCKET = "honey-store";
const PAGE = `/s3/buckets/${BUCKET}`;

let server, browser, screen, page, client;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  client = new s3.S3Client({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true });
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  for (const Key of ["a.txt", "b.txt", "c.txt"]) await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
  screen = new Screen(await newPage(browser, { origin: server.origin }));
  page = screen.page;
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
  await screen.go("/");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const edit = (title) => screen.press(t("s3.editNamed", { name: t(title) }));
const saved = (title) => screen.succeeds(t("common.edited.flash", { name: t(title) }));
const dialog = () => page.getByRole("dialog");

async function confirm(word, button) {
  await dialog().getByRole("textbox").fill(word);
  await dialog().getByRole("button", { name: label(button), exact: true }).click();
  await dialog().waitFor({ state: "detached" });
  await screen.settled();
}

async function assertRecorded(...names) {
  for (const name of names) {
    const [record] = await recordsNamed(server, name);
    assert.equal(record?.sessionCredentialFromConsole, "true", name);
  }
}

const exists = (Key) => client.send(new s3.HeadObjectCommand({ Bucket: BUCKET, Key })).then(() => true, () => false);

describe("a bucket", () => {
  it("gets versions and loses them", async () => {
    await screen.visit(`${PAGE}?tab=properties`);
    const status = async () => (await client.send(new s3.GetBucketVersioningCommand({ Bucket: BUCKET }))).Status;
    for (const [choice, after] of [["s3.enable", "Enabled"], ["s3.disable", "Suspended"]]) {
      await edit("s3.versioning");
      await screen.choose(t("s3.versioning"), t(choice));
      await screen.press(t("common.save"));
      await saved("s3.versioning");
      assert.equal(await status(), after);
    }
    await assertRecorded("PutBucketVersioning");
  });

  it("gets tags and loses the last of them", async () => {
    await edit("common.tags");
    await page.getByRole("button", { name: "新しいタグを追加" }).click();
    await screen.type("キー", "forest");
    await screen.type("値 - オプション", "north");
    await screen.field("値 - オプション").blur();
    await screen.press(t("common.save"));
    await saved("common.tags");
    await page.getByText("forest = north").first().waitFor();
    const { TagSet } = await client.send(new s3.GetBucketTaggingCommand({ Bucket: BUCKET }));
    assert.deepEqual(TagSet, [{ Key: "forest", Value: "north" }]);
    await edit("common.tags");
    await page.getByRole("button", { name: /を削除$/ }).first().click();
    await screen.press(t("common.save"));
    await page.getByText(label(t("s3.tags.none"))).first().waitFor();
  });

  it("is opened to the public only after a confirmation", async () => {
    await screen.visit(`${PAGE}?tab=permissions`);
    await edit("s3.publicAccess.bucket");
    await screen.box(t("s3.publicAccess.all")).click();
    await screen.press(t("common.save"));
    await page.getByText(label(t("common.required"))).first().waitFor();
    await screen.box(t("s3.publicAccess.acknowledge")).click();
    await screen.press(t("common.save"));
    await saved("s3.publicAccess.bucket");
    const { PublicAccessBlockConfiguration } = await client.send(new s3.GetPublicAccessBlockCommand({ Bucket: BUCKET }));
    assert.deepEqual(Object.values(PublicAccessBlockConfiguration), [false, false, false, false]);
  });

  it("lets others own objects, and stops", async () => {
    const rule = async () => (await client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket: BUCKET }))).OwnershipControls.Rules[0];
    for (const [choice, after] of [["s3.ownership.on", "BucketOwnerPreferred"], ["s3.ownership.off", "BucketOwnerEnforced"]]) {
      await edit("s3.ownership");
      await page.getByRole("radio", { name: new RegExp(label(t(choice)).source.slice(0, -1)) }).click();
      await screen.press(t("common.save"));
      await saved("s3.ownership");
      assert.equal((await rule()).ObjectOwnership, after);
    }
    await assertRecorded("PutBucketOwnershipControls");
  });

  it("warns of a policy that allows a service on behalf of any account", async () => {
    const trail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "s3:GetBucketAcl", Resource: `arn:aws:s3:::${BUCKET}` };
    const bound = { ...trail, Condition: { StringEquals: { "aws:SourceArn": `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/t` } } };
    const warning = page.getByText(label(t("policy.unbound")));
    await screen.visit(`${PAGE}/policy`);
    await page.locator(".ace_text-input").waitFor({ state: "attached" });
    await screen.paste(JSON.stringify({ Version: "2012-10-17", Statement: [bound] }));
    await page.locator(".ace_line", { hasText: "aws:SourceArn" }).first().waitFor();
    await becomes(() => warning.count(), 0);
    await screen.paste(JSON.stringify({ Version: "2012-10-17", Statement: [trail] }));
    await warning.waitFor();
    await page.getByText(t("policy.unbound.statement", { statement: "0", service: "cloudtrail.amazonaws.com" })).first().waitFor();
    await screen.press(t("common.save"));
    await screen.succeeds(t("s3.policy.saved"));
    await warning.waitFor();
    await page.getByRole("button", { name: label(t("common.delete")), exact: true }).click();
    await confirm(t("common.delete.word"), t("common.delete"));
    await screen.succeeds(t("s3.policy.none"));
  });

  it("gets a policy, whose mistakes are shown, and loses it", async () => {
    const policy = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: `arn:aws:s3:::${BUCKET}/x` }] };
    await screen.visit(`${PAGE}/policy`);
    await screen.paste('{"Version": ');
    await screen.press(t("common.save"));
    assert.equal(screen.path(), `${PAGE}/policy`);
    await screen.paste(JSON.stringify({ ...policy, Statement: [{ ...policy.Statement[0], Action: "s3:NoSuchThing" }] }));
    await screen.press(t("common.save"));
    await screen.succeeds("MalformedPolicy");
    await screen.paste(JSON.stringify(policy));
    await screen.press(t("common.save"));
    await screen.succeeds(t("s3.policy.saved"));
    await becomes(async () => JSON.parse(await page.getByRole("region", { name: label(t("s3.policy")) }).innerText()), policy);
    await page.getByRole("button", { name: label(t("common.delete")), exact: true }).click();
    await confirm(t("common.delete.word"), t("common.delete"));
    await screen.succeeds(t("s3.policy.none"));
    await assertRecorded("PutBucketPolicy", "DeleteBucketPolicy");
  });

  it("gets a folder and an empty file, and loses an object that was chosen", async () => {
    await screen.visit(`/s3/upload/${BUCKET}/`);
    await page.locator('input[type="file"]').setInputFiles({ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
    await screen.press(t("s3.upload"));
    await screen.succeeds(t("s3.upload.done"));
    await screen.visit(PAGE);
    await screen.press(t("s3.folder.create"));
    await screen.type(t("s3.folder.name"), "north");
    await screen.press(t("common.create"));
    await page.getByRole("link", { name: "north/" }).waitFor();
    await page.getByRole("row").filter({ hasText: "b.txt" }).getByRole("checkbox").click();
    await page.getByRole("button", { name: label(t("common.delete")), exact: true }).click();
    await confirm(t("common.delete.word"), t("common.delete"));
    const there = await Promise.all(["a.txt", "b.txt", "empty.txt", "north/"].map(exists));
    assert.deepEqual(there, [true, false, true, true]);
  });

  it("is not deleted while it is full, then emptied with all versions, then deleted", async () => {
    await screen.visit("/s3/buckets");
    const choose = () => page.getByRole("row").filter({ hasText: BUCKET }).getByRole("radio").click();
    await choose();
    await screen.press(t("common.delete"));
    await dialog().getByRole("textbox").fill(BUCKET);
    await dialog().getByRole("button", { name: label(t("common.delete")), exact: true }).click();
    await dialog().getByText(containing("BucketNotEmpty")).first().waitFor();
    await dialog().getByRole("button", { name: label(t("common.cancel")), exact: true }).click();
    await screen.press(t("s3.empty"));
    await confirm(t("s3.empty.word"), t("s3.empty"));
    const { Versions = [], DeleteMarkers = [] } = await client.send(new s3.ListObjectVersionsCommand({ Bucket: BUCKET }));
    assert.deepEqual([Versions, DeleteMarkers], [[], []]);
    await choose();
    await screen.press(t("common.delete"));
    await confirm(BUCKET, t("common.delete"));
    await page.getByText(containing(t("s3.buckets.empty"))).first().waitFor();
    const { Buckets } = await client.send(new s3.ListBucketsCommand({}));
    assert.deepEqual(Buckets ?? [], []);
    await assertRecorded("DeleteBucket");
    assert.deepEqual(screen.complaints, []);
  });

  it("takes files where they are locked", async () => {
    const Bucket = "honey-vault";
    const Rule = { DefaultRetention: { Mode: "COMPLIANCE", Days: 1 } };
    await client.send(new s3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true, CreateBucketConfiguration: { LocationConstraint: REGION } }));
    await client.send(new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule } }));
    await screen.visit(`/s3/upload/${Bucket}/`);
    const sizes = { "none.txt": 0, "some.txt": 5 };
    const files = Object.entries(sizes).map(([name, size]) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(size) }));
    await page.locator('input[type="file"]').setInputFiles(files);
    await screen.press(t("s3.upload"));
    await screen.succeeds(t("s3.upload.done"));
    for (const [Key, size] of Object.entries(sizes)) {
      const { ContentLength, ObjectLockMode } = await client.send(new s3.HeadObjectCommand({ Bucket, Key }));
      assert.deepEqual([ContentLength, ObjectLockMode], [size, "COMPLIANCE"], Key);
    }
  });
});
