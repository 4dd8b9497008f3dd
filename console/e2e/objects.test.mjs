// What a person does with the objects of a bucket: versions, links, folders, rules.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as s3 from "@aws-sdk/client-s3";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes } from "./support/eventually.mjs";
import { furnish } from "./support/furnish.mjs";
import { label } from "./support/labels.mjs";
import { pictures } from "./support/pictures.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

let server, browser, client, made;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  made = await furnish(server);
  client = new s3.S3Client({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const language of ["ja", "en"]) {
  const t = texts(language);
  const BUCKET = `honey-${language}`;
  const PAGE = `/s3/buckets/${BUCKET}`;
  describe(`the objects of a bucket (${language})`, () => {
    let screen, page, shot;

    before(async () => {
      await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }));
      const VersioningConfiguration = { Status: "Enabled" };
      await client.send(new s3.PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
      for (const Body of ["first", "second"]) await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "a.txt", Body, ContentType: "text/plain" }));
      await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "b.txt", Body: "b" }));
      await client.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key: "b.txt" }));
      await client.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "north/pole/c.txt", Body: "c" }));
      screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      page = screen.page;
      shot = pictures(screen);
      await screen.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.origin });
      await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
      await screen.go(PAGE);
    });
    after(() => screen?.context.close());

    const row = (text) => page.getByRole("row").filter({ hasText: text });
    const text = async (Key) => (await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key }))).Body.transformToString();
    const menu = async (name, item) => {
      await page.getByRole("button", { name: label(t("s3.object.actionsOf", { name })) }).click();
      await page.getByRole("menuitem", { name: new RegExp(label(t(item)).source.slice(0, -1)) }).click();
    };

    it("show their versions, and a hidden object and an older version are brought back", async () => {
      await becomes(() => row("b.txt").count(), 0);
      await page.getByRole("switch", { name: label(t("s3.versions.show")) }).or(screen.box(t("s3.versions.show"))).first().click();
      await row("b.txt").filter({ hasText: t("s3.version.marker") }).getByRole("checkbox").click();
      await screen.press(t("s3.version.restore"));
      await screen.succeeds(t("s3.version.restored", { name: "b.txt" }));
      assert.equal(await text("b.txt"), "b");
      await row("a.txt").nth(1).getByRole("checkbox").click();
      await shot("s3-versions");
      await screen.press(t("s3.version.restore"));
      await screen.succeeds(t("s3.version.restored", { name: "a.txt" }));
      assert.equal(await text("a.txt"), "first");
      await row("a.txt").nth(2).waitFor();
    });

    it("lose one version for good after a word", async () => {
      await row("a.txt").nth(2).getByRole("checkbox").click();
      await page.getByRole("button", { name: label(t("common.delete")), exact: true }).click();
      await page.getByRole("dialog").getByRole("textbox").fill(t("s3.empty.word"));
      await page.getByRole("dialog").getByRole("button", { name: label(t("common.delete")), exact: true }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      const versions = async () => (await client.send(new s3.ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: "a.txt" }))).Versions.length;
      await becomes(versions, 2);
    });

    it("are named for other programs from their row", async () => {
      await screen.visit("/s3/buckets");
      await row(BUCKET).getByRole("radio").click();
      await screen.press(t("s3.copy.arn"));
      await page.getByText(`arn:aws:s3:::${BUCKET}`, { exact: true }).first().waitFor();
      await screen.visit(PAGE);
      for (const [item, value] of [
        ["s3.copy.uri", `s3://${BUCKET}/a.txt`],
        ["s3.copy.url", `${server.origin}/${BUCKET}/a.txt`],
        ["s3.copy.arn", `arn:aws:s3:::${BUCKET}/a.txt`],
      ]) {
        await menu("a.txt", item);
        await page.getByText(value, { exact: true }).first().waitFor();
        await becomes(() => page.evaluate(() => navigator.clipboard.readText()), value);
      }
    });

    it("and folders are named, too, but not opened", async () => {
      await page.getByRole("button", { name: label(t("s3.object.actionsOf", { name: "north/" })) }).click();
      await becomes(() => page.getByRole("menuitem").count(), 3);
      await page.keyboard.press("Escape");
      await menu("north/", "s3.copy.uri");
      await page.getByText(`s3://${BUCKET}/north/`, { exact: true }).first().waitFor();
    });

    it("are opened in a tab, and shared by an address with a signature of Version 4", async () => {
      const opened = page.waitForEvent("popup");
      await menu("a.txt", "s3.open");
      const tab = await opened;
      await tab.getByText("first").first().waitFor();
      await becomes(() => tab.evaluate(() => window.opener), null);
      await tab.close();
      await menu("a.txt", "s3.share");
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("spinbutton").fill("0");
      await dialog.getByRole("button", { name: label(t("s3.share.make")) }).click();
      await dialog.getByText(label(t("s3.share.range"))).first().waitFor();
      await screen.focusesWrongField();
      await dialog.getByRole("spinbutton").fill("5");
      await dialog.getByRole("button", { name: label(t("s3.share.make")) }).click();
      const address = (await dialog.getByText(/X-Amz-Signature=/).first().innerText()).trim();
      await shot("s3-share");
      const query = new URL(address).searchParams;
      assert.deepEqual([query.get("X-Amz-Algorithm"), query.get("X-Amz-Expires")], ["AWS4-HMAC-SHA256", "300"]);
      const answer = await fetch(address);
      assert.deepEqual([answer.status, await answer.text()], [200, "first"]);
      const wrong = await fetch(address.replace("a.txt", "b.txt"));
      assert.equal(wrong.status, 403);
      await dialog.getByRole("button", { name: label(t("shell.close")), exact: true }).last().click();
    });

    it("lie in folders that the breadcrumbs keep", async () => {
      await row("north/").getByRole("link").click();
      await row("pole/").getByRole("link").click();
      await row("c.txt").getByRole("link", { name: "c.txt" }).click();
      await screen.isAt("c.txt");
      const crumbs = page.getByRole("navigation", { name: label(t("shell.breadcrumbs")) }).getByRole("link");
      const names = (await crumbs.allInnerTexts()).map((name) => name.trim());
      assert.deepEqual(names.slice(-4), [BUCKET, "north/", "pole/", "c.txt"].slice(0, names.at(-1) === "c.txt" ? 4 : 3).slice(-4));
      await crumbs.filter({ hasText: "north/" }).click();
      await screen.isAt("north/");
      await row("pole/").waitFor();
      await screen.tab(t("s3.properties"));
      await screen.tab(t("s3.objects"));
      await screen.isAt("north/");
    });

    it("come in whole folders, chosen or dropped", async () => {
      const folder = join(mkdtempSync(join(tmpdir(), "shoseki-e2e-")), "forest");
      mkdirSync(join(folder, "deep"), { recursive: true });
      writeFileSync(join(folder, "oak.txt"), "oak");
      writeFileSync(join(folder, "deep", "fir.txt"), "fir");
      await screen.visit(`/s3/upload/${BUCKET}/chosen/`);
      const chooser = page.waitForEvent("filechooser");
      await screen.press(t("s3.upload.addFolder"));
      await (await chooser).setFiles(folder);
      await page.getByText("forest/deep/fir.txt").first().waitFor();
      await shot("s3-upload-folder");
      await screen.press(t("s3.upload"));
      await screen.succeeds(t("s3.upload.done"));
      await screen.visit(`/s3/upload/${BUCKET}/dropped/`);
      await dropFolder(folder);
      await page.getByText("forest/deep/fir.txt").first().waitFor();
      await screen.press(t("s3.upload"));
      await screen.succeeds(t("s3.upload.done"));
      for (const way of ["chosen", "dropped"]) {
        assert.deepEqual([await text(`${way}/forest/oak.txt`), await text(`${way}/forest/deep/fir.txt`)], ["oak", "fir"]);
      }
    });

    /** As the browser's own drag of a folder from the desktop. */
    async function dropFolder(folder) {
      const zone = page.getByText(t("s3.upload.drop")).first();
      await zone.waitFor();
      const box = await zone.boundingBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const session = await screen.context.newCDPSession(page);
      const data = { items: [], files: [folder], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, x, y, data });
    }

    it("are ruled by CORS and lifecycle rules, whose mistakes are shown before they are saved", async () => {
      await screen.visit(`${PAGE}?tab=permissions`);
      await screen.press(t("s3.editNamed", { name: t("s3.cors") }));
      await page.locator(".ace_text-input").waitFor({ state: "attached" });
      await screen.paste(JSON.stringify([{ AllowedOrigins: ["https://forest.example"], AllowedMethods: ["PATCH"] }]));
      await page.getByText(t("s3.cors.problem.method", { number: 1, method: "PATCH", methods: "GET, PUT, POST, DELETE, HEAD" })).first().waitFor();
      const rules = [{ AllowedOrigins: ["https://forest.example"], AllowedMethods: ["GET"], MaxAgeSeconds: 60 }];
      await screen.paste(JSON.stringify(rules));
      await page.getByText(t("s3.cors.problem.method", { number: 1, method: "PATCH", methods: "GET, PUT, POST, DELETE, HEAD" })).waitFor({ state: "detached" });
      await shot("s3-cors");
      await screen.press(t("common.save"));
      await screen.succeeds(t("common.edited.flash", { name: t("s3.cors") }));
      assert.deepEqual((await client.send(new s3.GetBucketCorsCommand({ Bucket: BUCKET }))).CORSRules, rules);
      await screen.tab(t("s3.management"));
      await screen.press(t("s3.lifecycle.create"));
      const dialog = page.getByRole("dialog");
      const save = () => dialog.getByRole("button", { name: label(t("common.save")) }).click();
      await save();
      await dialog.getByText(label(t("common.required"))).first().waitFor();
      await screen.focusesWrongField();
      await dialog.getByRole("textbox", { name: label(t("s3.lifecycle.name")) }).fill("old logs");
      await dialog.getByRole("textbox", { name: label(t("s3.lifecycle.prefix")) }).fill("logs/");
      await dialog.getByRole("spinbutton", { name: label(t("s3.lifecycle.expire")) }).fill("90");
      await shot("s3-lifecycle-form");
      await save();
      await screen.succeeds(t("s3.lifecycle.expire.text", { days: 90 }));
      const { Rules } = await client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
      assert.deepEqual(Rules, [{ ID: "old logs", Status: "Enabled", Filter: { Prefix: "logs/" }, Expiration: { Days: 90 } }]);
      await shot("s3-lifecycle");
      for (const name of ["PutBucketCors", "PutBucketLifecycle"]) {
        const [record] = await recordsNamed(server, name);
        assert.equal(record?.sessionCredentialFromConsole, "true", name);
      }
    });

    it("of a trail begin with the newest, and today's are one click from the trail", async () => {
      await screen.visit(`/cloudtrail/trails/${encodeURIComponent(made.trail)}`);
      await page.getByRole("link", { name: label(t("trail.location.today", { region: REGION })) }).click();
      const files = page.getByRole("row").getByRole("link", { name: /\.json\.gz$/ });
      await files.nth(1).waitFor();
      const times = (await page.getByRole("row").locator("time").evaluateAll((all) => all.map((one) => one.dateTime)));
      assert.deepEqual(times, [...times].sort().reverse());
      await files.first().click();
      await screen.settled();
      await page.getByRole("tab", { name: label(t("s3.events")), selected: true }).waitFor();
      await page.getByRole("row").getByText(/\.amazonaws\.com$/).first().waitFor();
      await shot("s3-log-file");
      assert.deepEqual(screen.complaints, []);
    });
  });
}
