// The frame and what runs through all pages: banner, skip link, search by name, the page of a key.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GetKeyPolicyCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes, eventually } from "./support/eventually.mjs";
import { furnish } from "./support/furnish.mjs";
import { containing, label } from "./support/labels.mjs";
import { pictures } from "./support/pictures.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const USER = `arn:aws:iam::${ACCOUNT}:user/kuma`;
const INTERVALS = { ja: { delivery: "1 秒", digest: "3 秒" }, en: { delivery: "1 second", digest: "3 seconds" } };

let server, browser, made, kms;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  made = await furnish(server);
  kms = new KMSClient({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const language of ["ja", "en"]) {
  const t = texts(language);
  describe(`the console (${language})`, () => {
    let screen, page, shot;

    before(async () => {
      screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      page = screen.page;
      shot = pictures(screen);
      await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
      await screen.go("/");
      // The key's policy as the console's wizard writes it.
      const root = { Sid: "Enable IAM User Permissions", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" };
      const Policy = JSON.stringify({ Version: "2012-10-17", Id: "key-consolepolicy-3", Statement: [root] });
      await kms.send(new PutKeyPolicyCommand({ KeyId: made.key, PolicyName: "default", Policy }));
    });
    after(() => screen?.context.close());

    const statements = async () => JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId: made.key, PolicyName: "default" }))).Policy).Statement;

    it("shows on every page that the server rehearses, with its own intervals", async () => {
      const about = t("shell.rehearsal.about", INTERVALS[language]);
      for (const path of ["/", "/kms/keys", "/iam/users"]) {
        await screen.visit(path);
        await page.getByRole("note").getByText(containing(about)).first().waitFor();
      }
      await screen.visit("/");
      await page.getByText(label(t("home.step.files.about", { interval: INTERVALS[language].delivery }))).first().waitFor();
      await shot("rehearsal");
    });

    it("lets the keyboard skip the bar and the navigation", async () => {
      await screen.go("/kms/keys");
      await page.reload();
      await screen.isAt(t("kms.keys.title"));
      await page.keyboard.press("Tab");
      const skip = page.getByRole("link", { name: label(t("shell.skip")) });
      await becomes(() => skip.evaluate((link) => link === document.activeElement), true);
      await shot("skip-link", skip);
      await page.keyboard.press("Enter");
      await becomes(() => page.evaluate(() => document.activeElement?.tagName), "H1");
      assert.equal(screen.path(), "/kms/keys");
    });

    it("finds buckets, keys, trails and users by their names", async () => {
      for (const [typed, name, kind, title] of [
        ["est-log", made.bucket, "search.kind.bucket", made.bucket],
        ["fores", "forest", "search.kind.key", "forest"],
        ["est-tra", "forest-trail", "search.kind.trail", "forest-trail"],
        ["kum", "kuma", "search.kind.user", "kuma"],
      ]) {
        await page.locator("#top").getByRole("combobox").fill(typed);
        const option = page.getByRole("option").filter({ hasText: t(kind) }).filter({ hasText: name });
        await option.first().waitFor();
        if (typed === "fores") await shot("search", option.first());
        await option.first().click();
        await screen.isAt(title);
      }
    });

    it("leads by its alias to a key, which is headed by it", async () => {
      await screen.visit("/kms/keys");
      await page.getByRole("link", { name: "forest", exact: true }).click();
      await screen.isAt("forest");
      await screen.shows(t("kms.key.id"), made.key);
      await screen.tab(t("kms.rotation"));
      await screen.press(t("kms.rotation.now"));
      await page.getByText(label(t("kms.material.nonCurrent"))).first().waitFor();
      await becomes(() => page.getByText(/CURRENT|ON_DEMAND/).count(), 0);
      await screen.tab(t("kms.policy"));
    });

    it("shows a policy of its own in words, and changes it by choices", async () => {
      await page.getByRole("button", { name: label(t("kms.members.add", { name: t("kms.administrators") })) }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("row").filter({ hasText: "kuma" }).getByRole("checkbox").click();
      await dialog.getByRole("button", { name: label(t("common.save")) }).click();
      await dialog.waitFor({ state: "detached" });
      await page.getByText(USER, { exact: true }).first().waitFor();
      const [, administering] = await statements();
      assert.deepEqual([administering.Sid, [administering.Principal.AWS].flat()], ["Allow access for Key Administrators", [USER]]);
      assert.ok(administering.Action.includes("kms:ScheduleKeyDeletion"));
      await screen.box(t("kms.deletion.allow")).click();
      await screen.succeeds(t("common.edited.flash", { name: t("kms.policy") }));
      await screen.settled();
      await becomes(async () => (await statements())[1].Action.includes("kms:ScheduleKeyDeletion"), false);
      await shot("key-default-view");
      await page.getByRole("button", { name: label(t("kms.members.remove", { name: USER })) }).click();
      await page.getByText(USER, { exact: true }).waitFor({ state: "detached" });
      await becomes(async () => (await statements()).length, 1);
      const [record] = await recordsNamed(server, "PutKeyPolicy");
      assert.equal(record.sessionCredentialFromConsole, "true");
    });

    it("shows the article's key policy without a scroll bar", async () => {
      await screen.visit(`/kms/keys/${made.key}/policy`);
      await page.locator(".ace_text-input").waitFor({ state: "attached" });
      await screen.type(t("kms.template.trail"), "mori-cloudtrail-management-event");
      await screen.press(t("kms.template.insert"));
      await page.locator(".ace_line", { hasText: "Allow CloudTrail to encrypt logs" }).first().waitFor();
      const scrolls = () => page.evaluate(() => document.querySelector(".ace_scrollbar-v")?.style.display !== "none");
      await eventually("an editor as high as its text", async () => !(await scrolls()), 5_000);
      await shot("key-policy-editor");
      await screen.press(t("common.save"));
      const region = page.getByRole("region", { name: label(t("kms.policy")) });
      await region.waitFor();
      await becomes(() => region.evaluate((pre) => pre.scrollHeight <= pre.clientHeight + 1), true);
    });

    it("breaks its lines as the language wants", async () => {
      const [lines, heading, code] = await page.evaluate(() => {
        const words = (selector) => getComputedStyle(document.querySelector(selector)).wordBreak;
        return [getComputedStyle(document.querySelector("main h1")).lineBreak, words("main h1"), words("pre")];
      });
      const japanese = language === "ja";
      assert.equal(lines, japanese ? "strict" : "auto");
      // Not every browser supports phrases; code is broken like code everywhere.
      const supported = await page.evaluate(() => CSS.supports("word-break", "auto-phrase"));
      assert.equal(heading === "auto-phrase", japanese && supported);
      assert.notEqual(code, "auto-phrase");
      assert.deepEqual(screen.complaints, []);
    });
  });
}
