// What a newcomer runs into in the first hour, and how the console leads on from there.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CloudTrailClient, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { CreateLoginProfileCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetKeyPolicyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes, eventually } from "./support/eventually.mjs";
import { containing, label } from "./support/labels.mjs";
import { pictures } from "./support/pictures.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";
import * as walk from "./walk.mjs";
import { VALUES, WORDS } from "./words.mjs";

const USER = { user: "kuma", password: "Hachimitsu-2026" };

for (const language of ["ja", "en"]) {
  const t = texts(language);
  const words = WORDS[language];
  describe(`a newcomer (${language})`, () => {
    let server, browser, screen, page, clients, shot;

    before(async () => {
      [server, browser] = await Promise.all([startServer(), startBrowser()]);
      screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      page = screen.page;
      shot = pictures(screen);
      const settings = { endpoint: server.origin, region: REGION, credentials: ROOT_KEYS };
      clients = { trail: new CloudTrailClient(settings), kms: new KMSClient(settings), iam: new IAMClient(settings) };
      await clients.iam.send(new CreateUserCommand({ UserName: USER.user }));
      await clients.iam.send(new CreateLoginProfileCommand({ UserName: USER.user, Password: USER.password }));
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
    });

    /** The list of the four steps, with the state of each. */
    const step = (key) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name: label(t(key)) }) });

    it("reads in the console's language what is wrong with the first password", async () => {
      const link = await server.firstRunLink();
      await page.goto(link.replace(/token=\w+/, "token=0000"));
      await screen.isAt(words.firstRun.title);
      await screen.press(words.firstRun.submit);
      await page.getByText(label(t("common.required"))).first().waitFor();
      await screen.focusesWrongField();
      for (const [field, text] of [[words.firstRun.password, ROOT_PASSWORD], [words.firstRun.again, ROOT_PASSWORD]]) await screen.type(field, text);
      await screen.press(words.firstRun.submit);
      await screen.succeeds(t("firstRun.token.invalid"));
      await page.goto("about:blank");
      await page.goto(link);
      await screen.isAt(words.firstRun.title);
      for (const field of [words.firstRun.password, words.firstRun.again]) await screen.type(field, "aaaaaaaaaa");
      await screen.press(words.firstRun.submit);
      await screen.succeeds(t("password.kinds"));
      await shot("first-run-refused");
    });

    it("is signed in by the first password", async () => {
      for (const field of [words.firstRun.password, words.firstRun.again]) await screen.type(field, ROOT_PASSWORD);
      await screen.press(words.firstRun.submit);
      await screen.isAt(words.home.title);
      await becomes(() => step("home.step.key").getByText(label(t("home.step.todo"))).count(), 1);
    });

    it("makes a key without reading its policy, and reads what the policy lacks", async () => {
      await screen.visit("/kms/keys/create");
      await screen.press(words.next);
      await page.getByRole("button", { name: /スキップ|Skip/ }).click();
      // Nothing was typed: the wizard stays, and the alias has the focus.
      await page.getByText(label(t("common.required"))).first().waitFor();
      await screen.focusesWrongField();
      await screen.type(words.kms.alias, VALUES.alias);
      await page.getByRole("button", { name: /スキップ|Skip/ }).click();
      await page.getByRole("heading", { level: 1, name: containing(words.kms.steps[5]) }).first().waitFor();
      await screen.press(words.kms.finish);
      await screen.succeeds(words.kms.created);
      await screen.visit("/");
      await step("home.step.key").getByText(label(t("home.step.attention"))).first().waitFor();
      await step("home.step.key").getByText(containing(t("home.step.key.statement"))).first().waitFor();
      await step("home.step.key").getByRole("link", { name: label(t("home.step.open")) }).click();
      await screen.isAt(VALUES.alias);
      await screen.visit("/");
      await shot("home-key-lacks-statement");
    });

    it("gets a trail with that key: the wizard adds the statement, and shows it before", async () => {
      await walk.createBucket(screen, words, async () => undefined);
      await screen.visit("/cloudtrail/trails/create");
      await screen.type(words.trail.name, VALUES.trail);
      await screen.choose(...words.trail.storage);
      await screen.pick(words.trail.bucket, VALUES.bucket);
      await screen.choose(...words.trail.key);
      await screen.pick(words.trail.alias, VALUES.alias);
      await screen.box(t("trail.keyStatement.add")).waitFor();
      await becomes(() => screen.box(t("trail.keyStatement.add")).isChecked(), true);
      await shot("trail-key-statement");
      await screen.press(words.next);
      await screen.press(words.next);
      const diff = page.getByRole("region", { name: label(t("trail.keyChange")) });
      await diff.waitFor();
      await becomes(async () => /\+ .*"Sid": "Allow CloudTrail to encrypt logs"/.test(await diff.innerText()), true);
      await diff.scrollIntoViewIfNeeded();
      await shot("trail-key-diff", diff);
      await screen.press(words.trail.create);
      await screen.succeeds(words.trail.created);
      const [{ KeyId }] = (await clients.kms.send(new ListKeysCommand({}))).Keys;
      const { Policy } = await clients.kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
      const [root, encrypt, ...more] = JSON.parse(Policy).Statement;
      assert.deepEqual([root.Sid, more], ["Enable IAM User Permissions", []]);
      assert.deepEqual(encrypt.Condition.StringEquals, { "aws:SourceArn": walk.TRAIL_ARN });
      await eventually("a delivery", async () => {
        const status = await clients.trail.send(new GetTrailStatusCommand({ Name: VALUES.trail }));
        assert.ok(!status.LatestDeliveryError, status.LatestDeliveryError);
        return status.LatestDeliveryTime;
      });
      await eventually("four ticks", async () => {
        await screen.go("/");
        await page.reload();
        await screen.settled();
        return (await page.getByRole("listitem").getByText(label(t("home.step.done"))).count()) === 4;
      });
      await shot("home-four-ticks");
    });

    it("who leaves something out has the focus on the first field that is wrong", async () => {
      const focused = () =>
        page.evaluate(() => {
          const { activeElement } = document;
          const { top, bottom } = activeElement.getBoundingClientRect();
          return { invalid: activeElement.getAttribute("aria-invalid"), type: activeElement.type, seen: top >= 0 && bottom <= innerHeight };
        });
      for (const [path, button] of [
        ["/s3/buckets/create", t("s3.create")],
        ["/cloudtrail/trails/create", words.next],
        ["/iam/users/create", words.next],
        ["/iam/policies/create", t("iam.policy.create")],
      ]) {
        await screen.visit(path);
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
        await page.getByRole("main").getByRole("button", { name: label(button) }).last().click();
        await becomes(focused, { invalid: "true", type: "text", seen: true }, path);
      }
      // Where a box is to be ticked, the box has it.
      await screen.visit("/s3/buckets/create");
      await screen.type(words.s3.name, "open-forest");
      await screen.box(t("s3.publicAccess.all")).click();
      await screen.press(t("s3.create"));
      const onBox = async () => (({ type, seen }) => ({ type, seen }))(await focused());
      await becomes(onBox, { type: "checkbox", seen: true });
      await shot("focus-first-problem", screen.box(t("s3.publicAccess.acknowledge")));
      await screen.visit("/");
      await page.getByRole("dialog").getByRole("button", { name: label(t("common.unsaved.leave")) }).click();
    });

    it("whose session was ended elsewhere signs in and is at the same page again", async () => {
      await screen.visit("/kms/keys");
      await screen.isAt(words.kms.keys);
      const secret = await page.evaluate(() => sessionStorage.getItem("shoseki.session"));
      const ended = await screen.context.request.delete("/_console/session", { headers: { "x-shoseki-session-secret": secret } });
      assert.equal(ended.status(), 204);
      await screen.visit("/s3/buckets?tab=x");
      await screen.isAt(words.signIn.title);
      await page.getByText(label(t("signin.expired"))).first().waitFor();
      await becomes(() => page.getByRole("button", { name: label(t("common.retry")) }).count(), 0);
      await walk.signIn(screen, words, { password: ROOT_PASSWORD });
      await screen.isAt(words.s3.buckets);
      assert.equal(screen.path(), "/s3/buckets?tab=x");
    });

    it("reads in the console's language that no server answers, and goes on when it does", async () => {
      await screen.context.setOffline(true);
      await page.getByRole("button", { name: label(t("common.refresh")) }).first().click();
      await page.getByText(label(t("common.unreachable"))).first().waitFor();
      await page.getByText(label(t("error.Unreachable"))).first().waitFor();
      await becomes(() => page.getByText("Failed to fetch").count(), 0);
      await shot("unreachable");
      await screen.context.setOffline(false);
      await screen.press(t("common.retry"));
      await page.getByRole("link", { name: VALUES.bucket }).waitFor();
    });

    it("without rights reads one quiet line in each part of the page", async () => {
      const own = new Screen(await newPage(browser, { language, origin: server.origin }));
      await signInByCookie(own.context, { account: ACCOUNT, ...USER });
      for (const path of ["/", "/cloudtrail", `/s3/buckets/${VALUES.bucket}?tab=properties`, `/s3/buckets/${VALUES.bucket}?tab=permissions`]) {
        await own.go(path);
        await own.page.getByText(/cloudtrail:|s3:/).first().waitFor();
        await becomes(() => own.page.getByText("AccessDenied").count(), 0, path);
        await becomes(() => own.page.getByText(label(t("common.loading")), { exact: true }).filter({ visible: true }).count(), 0, path);
        await pictures(own)(`no-rights${path.replaceAll(/\W+/g, "-")}`);
      }
      await own.page.getByRole("button", { name: label(t("common.details")) }).first().click();
      await own.page.getByText(containing("AccessDenied")).first().waitFor();
      assert.deepEqual(own.complaints, []);
      await own.context.close();
    });

    it("meets no complaint of a script on the way", () => {
      const own = screen.complaints.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED"));
      assert.deepEqual(own, []);
    });
  });
}
