// The scenario as one test per language: the walk, then what it left behind.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as walk from "../walk.mjs";
import { WORDS } from "../words.mjs";
import { aws } from "./awscli.mjs";
import { newPage, startBrowser } from "./browser.mjs";
import { becomes, eventually } from "./eventually.mjs";
import { containing } from "./labels.mjs";
import { recordsNamed } from "./records.mjs";
import { Screen } from "./screen.mjs";
import { ACCOUNT, startServer } from "./server.mjs";

const noShot = async () => undefined;

/** What the clicks call, in their order. */
const CALLS = [
  "CreateKey",
  "CreateAlias",
  "PutKeyPolicy",
  "CreateBucket",
  "PutBucketEncryption",
  "PutBucketPolicy",
  "CreateTrail",
  "PutEventSelectors",
  "StartLogging",
];

/** Does one step, unless an earlier one failed; of a failure it keeps a picture. */
async function walked(screen, name, work) {
  if (screen.failed) throw new Error(`not reached: "${screen.failed}" failed`);
  try {
    await work();
  } catch (error) {
    screen.failed = name;
    const folder = process.env.E2E_PICTURES;
    if (folder) await screen.page.screenshot({ path: `${folder}/${screen.language}-${name.slice(0, 12).trim()}.png`, fullPage: true });
    error.message += `\non ${screen.page.url()}\n${screen.complaints.join("\n")}`;
    throw error;
  }
}

export function scenario(language, { byTemplate }) {
  const words = WORDS[language];
  describe(`the article's scenario (${language})`, () => {
    let server, browser, screen, keyArn, began;

    before(async () => {
      began = new Date();
      [server, browser] = await Promise.all([startServer(), startBrowser()]);
      screen = new Screen(await newPage(browser, { language, origin: server.origin }));
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });
    // Each step needs the one before it.
    const step = (name, work) => it(name, () => walked(screen, name, work));

    step("0 the first run sets the root user's password and signs in", async () => {
      await walk.begin(screen, words, await server.firstRunLink(), noShot);
      await becomes(() => screen.page.locator("html").getAttribute("lang"), language);
    });
    step("1 a key is made and its policy gets the statement", async () => {
      keyArn = await walk.createKey(screen, words, noShot, { byTemplate });
    });
    step("2 a bucket is made that encrypts with the key", () => walk.createBucket(screen, words, noShot));
    step("3 a trail is made in three pages", () => walk.createTrail(screen, words, noShot));
    step("4 the bucket holds log files and exactly the article's policy", async () => {
      walk.assertArticlesPolicy(await walk.openBucket(screen, words, noShot, keyArn));
    });
    step("the home page ticks all four steps", async () => {
      await screen.go("/");
      const done = screen.page.getByRole("list").filter({ hasText: containing(words.home.steps[0]) }).getByText(words.home.done, { exact: true });
      await eventually("four ticks", async () => (await done.count()) === 4);
    });
    step("the clicks are in event history, marked as the console's", async () => {
      const userAgent = await screen.page.evaluate(() => navigator.userAgent);
      for (const name of CALLS) {
        const [record] = await recordsNamed(server, name);
        assert.ok(record, `${name} is recorded`);
        assert.equal(record.sessionCredentialFromConsole, "true", name);
        const { attributes } = record.userIdentity.sessionContext;
        assert.deepEqual(attributes, { creationDate: attributes.creationDate, mfaAuthenticated: "false" }, name);
        assert.ok(Date.parse(attributes.creationDate) > began - 1000, name);
        assert.equal(record.userIdentity.arn, `arn:aws:iam::${ACCOUNT}:root`, name);
        // S3 writes it in brackets, here as on AWS.
        assert.equal(record.userAgent.replace(/^\[(.*)\]$/, "$1"), userAgent, name);
      }
      // The root user's sign-in is global: its record lies where AWS keeps it.
      const [login] = await recordsNamed(server, "ConsoleLogin", "us-east-1");
      assert.ok(login, "ConsoleLogin is recorded");
      const { eventID, eventTime, eventVersion, userIdentity, ...rest } = login;
      assert.ok(eventID && eventTime && eventVersion);
      assert.equal(userIdentity.type, "Root");
      assert.equal(userIdentity.arn, `arn:aws:iam::${ACCOUNT}:root`);
      // Not the request's ID, nor the mark of the console: a sign-in has no credentials yet.
      assert.deepEqual(rest, {
        eventSource: "signin.amazonaws.com",
        eventName: "ConsoleLogin",
        awsRegion: "us-east-1",
        sourceIPAddress: "127.0.0.1",
        userAgent,
        requestParameters: null,
        responseElements: { ConsoleLogin: "Success" },
        additionalEventData: { LoginTo: `${server.origin}/_console/`, MobileVersion: "No", MFAUsed: "No" },
        readOnly: false,
        eventType: "AwsConsoleSignIn",
        managementEvent: true,
        recipientAccountId: ACCOUNT,
        eventCategory: "Management",
      });
    });
    step("event history shows them to the user", async () => {
      await screen.go("/cloudtrail/events");
      await screen.isAt(words.trail.history);
      const event = (name) => screen.page.getByRole("link", { name, exact: true }).first();
      for (const name of CALLS) await event(name).waitFor();
      await screen.region("us-east-1");
      await event("ConsoleLogin").waitFor();
    });
    step("`aws cloudtrail validate-logs` finds everything valid", async () => {
      const verdict = () =>
        aws(server, "cloudtrail", "validate-logs", "--trail-arn", walk.TRAIL_ARN, "--start-time", began.toISOString());
      const text = await eventually("a digest that covers log files", async () => {
        const output = await verdict();
        return /\d+\/\d+ log files valid/.test(output) && output;
      });
      const [, digests, ofDigests] = /(\d+)\/(\d+) digest files valid/.exec(text) ?? [];
      const [, files, ofFiles] = /(\d+)\/(\d+) log files valid/.exec(text) ?? [];
      assert.deepEqual([digests, files], [ofDigests, ofFiles], text);
    });
    step("the content security policy was never breached and no script complained", () => {
      assert.deepEqual(screen.complaints, []);
    });
  });
}
