// An outage of delivery, as the console shows it: what waits, why, and that nothing is missing after the repair.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GetBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";
import { furnish } from "./support/furnish.mjs";
import { containing } from "./support/labels.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { WORDS } from "./words.mjs";

const { delivery: words } = WORDS.ja;

let server, browser, screen, s3, things;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  things = await furnish(server);
  s3 = new S3Client({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true });
  screen = new Screen(await newPage(browser, { origin: server.origin }));
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Reloads the page until a text is on it. */
function shown(text) {
  return eventually(text, async () => {
    await screen.go("/s3/buckets");
    await screen.go("/cloudtrail/delivery");
    return (await screen.page.getByText(containing(text)).count()) > 0;
  });
}

describe("delivery", () => {
  it("shows nothing while all deliveries succeed", async () => {
    await shown(words.nothingWaits);
    await shown(words.nothingLost);
  });

  it("shows what waits and why, and after the repair that nothing waits", async () => {
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: things.bucket }));
    const broken = JSON.parse(Policy);
    const write = broken.Statement.find(({ Action }) => Action === "s3:PutObject");
    Object.assign(write, { Sid: "OnlyTheOther", Condition: { StringEquals: { "aws:SourceArn": `${things.trail}-2` } } });
    await s3.send(new PutBucketPolicyCommand({ Bucket: things.bucket, Policy: JSON.stringify(broken) }));
    await shown("AccessDenied");
    const row = screen.page.getByRole("row").filter({ hasText: `${things.bucket}/AWSLogs` }).first();
    await row.filter({ hasText: "AccessDenied" }).waitFor();
    await screen.go(`/cloudtrail/trails/${encodeURIComponent(things.trail)}`);
    const { page } = screen;
    await page.getByText(containing("OnlyTheOther")).first().waitFor();
    await page.getByText(containing(words.compared(`${things.trail}-2`, things.trail))).first().waitFor();
    if (process.env.SHOTS) await screen.page.screenshot({ path: `${process.env.SHOTS}/delivery-broken.png`, fullPage: true });
    await s3.send(new PutBucketPolicyCommand({ Bucket: things.bucket, Policy }));
    await shown(words.nothingWaits);
    assert.deepEqual(screen.complaints, []);
  });
});
