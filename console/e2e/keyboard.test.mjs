// The wizards without a pointing device: Tab, arrows, Space and Enter do it all.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes } from "./support/eventually.mjs";
import { label } from "./support/labels.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";
import { VALUES, WORDS } from "./words.mjs";

const words = WORDS.en;
const t = texts("en");
// A page has fewer things to stop at; more means that the focus goes round in circles.
const STOPS_MAX = 120;

let server, browser, screen;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  screen = new Screen(await newPage(browser, { language: "en", origin: server.origin }));
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
  await screen.go("/");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const press = (key) => screen.page.keyboard.press(key);

/** Goes on with Tab until this has the focus. */
async function reach(target) {
  await target.waitFor();
  for (let stops = 0; stops < STOPS_MAX; stops += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await press("Tab");
  }
  throw new Error(`Tab does not reach ${target}`);
}

async function use(text) {
  await reach(screen.button(text).last());
  await press("Enter");
  await screen.settled();
}

async function type(text, value) {
  await reach(screen.field(text));
  await screen.page.keyboard.type(value);
}

/** Types, and takes the first suggestion. */
async function pick(text, value) {
  await type(text, value);
  await screen.page.getByRole("option").first().waitFor();
  await press("ArrowDown");
  await press("Enter");
  await becomes(() => screen.field(text).inputValue(), value);
}

/** Goes to a group by Tab, which stops at the chosen one, and on by arrow. */
async function choose(group, choice) {
  const wanted = screen.radio(group, choice);
  const radios = screen.page.getByRole("radiogroup", { name: label(group) }).getByRole("radio");
  await reach(radios.and(screen.page.locator(":checked")));
  for (let count = await radios.count(); count > 0 && !(await wanted.isChecked()); count -= 1) await press("ArrowDown");
  await becomes(() => wanted.isChecked(), true, `${group}: ${choice}`);
}

describe("by keyboard alone", () => {
  it("a key is made", async () => {
    const { kms } = words;
    await screen.visit("/kms/keys");
    await use(kms.create);
    await use(words.next);
    await type(kms.alias, VALUES.alias);
    for (const _ of kms.steps.slice(2)) await use(words.next);
    await use(kms.finish);
    await screen.succeeds(kms.created);
    assert.equal((await recordsNamed(server, "CreateAlias")).length, 1);
  });

  it("a bucket is made", async () => {
    const { s3 } = words;
    await screen.visit("/s3/buckets");
    await use(s3.create);
    await type(s3.name, VALUES.bucket);
    await choose(...s3.encryptionType);
    await pick(s3.key, VALUES.alias);
    await use(s3.create);
    await screen.succeeds(s3.created);
    assert.equal((await recordsNamed(server, "PutBucketEncryption")).length, 1);
  });

  it("a trail is made", async () => {
    const { trail } = words;
    await screen.visit("/cloudtrail/trails");
    await use(trail.create);
    await type(trail.name, VALUES.trail);
    await choose(...trail.storage);
    await pick(trail.bucket, VALUES.bucket);
    // Without a policy for it, CloudTrail may not use the article's key; a box is unticked by Space.
    await reach(screen.boxOf(trail.encryption));
    await press("Space");
    await use(words.next);
    await use(words.next);
    await use(trail.create);
    await screen.succeeds(trail.created);
    assert.equal((await recordsNamed(server, "StartLogging")).length, 1);
  });

  it("a role is made", async () => {
    await screen.visit("/iam/roles");
    await use(t("iam.role.create"));
    await choose(t("iam.trust.entity"), t("iam.trust.account"));
    await reach(screen.box(t("iam.trust.mfa")));
    await press("Space");
    await use(words.next);
    await use(words.next);
    await type(t("iam.role.name"), "keeper");
    await use(t("iam.role.create"));
    await screen.succeeds(t("common.created.flash", { name: "keeper" }));
    const [{ requestParameters }] = await recordsNamed(server, "CreateRole", "us-east-1");
    assert.match(requestParameters.assumeRolePolicyDocument, /aws:MultiFactorAuthPresent/);
  });

  it("an access key is made and seen", async () => {
    await screen.visit("/iam/security-credentials");
    await use(t("iam.accessKey.create"));
    await reach(screen.box(t("iam.accessKey.sure.root")));
    await press("Space");
    await use(t("iam.accessKey.create"));
    await use(t("iam.accessKey.secret.show"));
    await use(t("common.done"));
    await screen.isAt(t("iam.own"));
    assert.equal((await recordsNamed(server, "CreateAccessKey", "us-east-1")).length, 1);
  });

  it("a page with changes asks before it is left, and Escape stays", async () => {
    const { s3 } = words;
    await screen.visit("/s3/buckets/create");
    await type(s3.name, "half-done");
    await screen.page.keyboard.press("Shift+Tab");
    await reach(screen.page.getByRole("navigation").getByRole("link", { name: label(s3.buckets) }).last());
    await press("Enter");
    await screen.page.getByRole("dialog").waitFor();
    await press("Escape");
    await screen.page.getByRole("dialog").waitFor({ state: "hidden" });
    await becomes(() => screen.field(s3.name).inputValue(), "half-done");
    assert.deepEqual(screen.complaints, []);
  });
});
