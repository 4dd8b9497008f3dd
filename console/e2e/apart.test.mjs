// The console at a port of its own: it works there as elsewhere, and nothing but its code reaches the
// services of AWS by that port.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { newPage, startBrowser } from "./support/browser.mjs";
import { becomes } from "./support/eventually.mjs";
import { label } from "./support/labels.mjs";
import { Screen } from "./support/screen.mjs";
import { startServer } from "./support/server.mjs";
import { openBucket } from "./support/otherSite.mjs";
import { texts } from "./support/texts.mjs";
import { begin } from "./walk.mjs";
import { WORDS } from "./words.mjs";

const t = texts("ja");
const words = WORDS.ja;
const BUCKET = "next-door";
const PAGE = "<!doctype html><title>page</title><script>document.title = 'ran'</script>";

let server, browser, bucket, screen;

before(async () => {
  [server, browser] = await Promise.all([startServer({ consoleApart: true }), startBrowser()]);
  bucket = await openBucket(server, BUCKET);
  await bucket.put("page.html", "text/html", PAGE);
  screen = new Screen(await newPage(browser, { origin: server.consoleOrigin }));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

describe("the console at a port of its own", () => {
  it("is where the link of the first run leads, and names the address for AWS's clients", async () => {
    const link = await server.firstRunLink();
    assert.ok(link.startsWith(`${server.consoleOrigin}/_console/`), link);
    await begin(screen, words, link, async () => undefined);
    await screen.page.getByText(server.origin, { exact: true }).first().waitFor();
    await screen.page.reload();
    await screen.isAt(words.home.title);
  });

  it("calls every service from there", async () => {
    for (const path of ["/kms/keys", "/cloudtrail/events", "/cloudtrail/delivery", "/iam/users", "/s3/buckets"]) {
      await screen.visit(path);
      await becomes(() => screen.page.getByText(t("common.crash.header")).count(), 0);
      await becomes(() => screen.page.getByRole("button", { name: label(t("common.retry")) }).count(), 0, path);
    }
    await screen.page.getByRole("link", { name: BUCKET }).waitFor();
  });

  it("shows and downloads an object", async () => {
    await screen.visit(`/s3/object/${BUCKET}/page.html`);
    await screen.page.getByText("text/html").first().waitFor();
    const begun = screen.page.waitForEvent("download");
    await screen.press(t("s3.download"));
    const download = await begun;
    assert.equal(download.suggestedFilename(), "page.html");
    assert.equal(readFileSync(await download.path(), "utf8"), PAGE);
  });

  it("opens an object at the port of AWS's clients, where it runs nothing", async () => {
    const opened = screen.page.waitForEvent("popup");
    await screen.page.getByRole("button", { name: label(t("s3.object.actions")) }).click();
    await screen.page.getByRole("menuitem", { name: new RegExp(label(t("s3.open")).source.slice(0, -1)) }).click();
    const tab = await opened;
    await tab.waitForURL(`${server.origin}/${BUCKET}/page.html?**`);
    assert.equal(await tab.title(), "page");
    await tab.close();
  });

  it("gives objects to no address bar, frame or picture, with or without a signature", async () => {
    const here = `${server.consoleOrigin}/${BUCKET}/page.html`;
    for (const address of [here, await bucket.presigned(here), `${server.consoleOrigin}/?Action=GetCallerIdentity`]) {
      const page = await screen.context.newPage();
      const answer = await page.goto(address);
      assert.equal(answer.status(), 403);
      assert.equal(await page.evaluate(() => self.origin), "null");
      assert.match(await page.content(), /this port serves the console/);
      await page.close();
    }
  });

  it("is nowhere else", async () => {
    for (const path of ["/_console/", "/_console/assets/index.js", "/_console/session"]) {
      assert.equal((await fetch(server.origin + path)).status, 404, path);
    }
    assert.deepEqual(screen.complaints, []);
  });
});
