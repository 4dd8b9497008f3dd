// What a trail keeps, its tags, and its end.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CloudTrailClient, DescribeTrailsCommand, GetEventSelectorsCommand, ListTagsCommand } from "@aws-sdk/client-cloudtrail";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { furnish } from "./support/furnish.mjs";
import { containing, label } from "./support/labels.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const t = texts("ja");
let server, browser, screen, page, made, client, home;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  made = await furnish(server);
  home = `/cloudtrail/trails/${encodeURIComponent(made.trail)}`;
  client = new CloudTrailClient({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS });
  screen = new Screen(await newPage(browser, { origin: server.origin }));
  page = screen.page;
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
  await screen.go("/");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const selectors = async () => (await client.send(new GetEventSelectorsCommand({ TrailName: made.trail }))).EventSelectors;

async function save() {
  await screen.press(t("common.save"));
  await screen.succeeds(t("common.edited.flash", { name: "forest-trail" }));
}

async function assertRecorded(name) {
  const [record] = await recordsNamed(server, name);
  assert.equal(record?.sessionCredentialFromConsole, "true", name);
}

describe("a trail's page", () => {
  it("keeps only writes without KMS, and the objects of all buckets", async () => {
    await screen.visit(`${home}/edit/events`);
    await screen.boxOf(t("trail.read")).first().click();
    await screen.boxOf(t("trail.excludeKms")).click();
    await screen.succeeds(t("trail.excludeKms.warning"));
    await screen.boxOf(t("trail.data")).first().click();
    await save();
    const [management, data] = await selectors();
    assert.equal(management.ReadWriteType, "WriteOnly");
    assert.deepEqual(management.ExcludeManagementEventSources, ["kms.amazonaws.com"]);
    assert.deepEqual(data.DataResources, [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3"] }]);
    await assertRecorded("PutEventSelectors");
  });

  it("refuses to keep nothing", async () => {
    const before = await selectors();
    await screen.visit(`${home}/edit/events`);
    await screen.boxOf(t("trail.management")).first().click();
    await screen.boxOf(t("trail.data")).first().click();
    await screen.press(t("common.save"));
    await page.getByText(containing(t("trail.problem.noEvents"))).first().waitFor();
    assert.deepEqual(await selectors(), before);
    await screen.boxOf(t("trail.data")).first().click();
    await save();
  });

  it("gets a tag", async () => {
    await screen.visit(`${home}/edit/tags`);
    await page.getByRole("button", { name: "新しいタグを追加" }).click();
    await screen.type("キー", "forest");
    await screen.type("値 - オプション", "north");
    await screen.field("値 - オプション").blur();
    await save();
    const { ResourceTagList } = await client.send(new ListTagsCommand({ ResourceIdList: [made.trail] }));
    assert.deepEqual(ResourceTagList[0].TagsList, [{ Key: "forest", Value: "north" }]);
    await assertRecorded("AddTags");
  });

  it("is deleted only after a typed word, and leaves its log files", async () => {
    await screen.visit("/cloudtrail/trails");
    await page.getByRole("row").filter({ hasText: "forest-trail" }).getByRole("radio").click();
    await screen.press(t("common.delete"));
    const dialog = page.getByRole("dialog");
    const button = dialog.getByRole("button", { name: label(t("common.delete")), exact: true });
    await button.click();
    await page.getByText(label(t("common.delete.differs", { word: t("common.delete.word") }))).first().waitFor();
    assert.equal((await client.send(new DescribeTrailsCommand({}))).trailList.length, 1);
    await dialog.getByRole("textbox").fill(t("common.delete.word"));
    await button.click();
    await page.getByText(containing(t("trail.empty"))).first().waitFor();
    assert.deepEqual((await client.send(new DescribeTrailsCommand({}))).trailList, []);
    const s3 = new S3Client({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true });
    const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket: made.bucket, Key: made.object }));
    assert.ok(ContentLength > 0);
    await assertRecorded("DeleteTrail");
    assert.deepEqual(screen.complaints, []);
  });
});
