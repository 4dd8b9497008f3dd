// Who gets in, who stays in, and what a browser keeps of it.
import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, describe, it } from "node:test";
import { CreateLoginProfileCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { newPage, newTab, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes } from "./support/eventually.mjs";
import { containing, label } from "./support/labels.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";
import { signIn } from "./walk.mjs";
import { WORDS } from "./words.mjs";

const words = WORDS.ja;
const t = texts("ja");
const USER = { user: "kuma", password: "Hachimitsu-2026" };
const NEWCOMER = { user: "risu", password: "Donguri-2026" };
const FAILURES_MAX = 5;
const SECRET = "x-shoseki-session-secret";

let server, browser, screen, iam;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  iam = new IAMClient({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS });
  await iam.send(new CreateUserCommand({ UserName: USER.user }));
  await iam.send(new CreateLoginProfileCommand({ UserName: USER.user, Password: USER.password }));
  await iam.send(new CreateUserCommand({ UserName: NEWCOMER.user }));
  const first = { UserName: NEWCOMER.user, Password: NEWCOMER.password, PasswordResetRequired: true };
  await iam.send(new CreateLoginProfileCommand(first));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  screen = new Screen(await newPage(browser, { origin: server.origin }));
});
afterEach(() => screen.context.close());

/** What shows a session to the server: the cookie, and the secret beside it. */
async function proofOf({ page, context }) {
  const [{ name, value }] = await context.cookies(`${server.origin}/_console/session`);
  const secret = await page.evaluate(() => sessionStorage.getItem("shoseki.session"));
  return { cookie: `${name}=${value}`, [SECRET]: secret };
}

/** Another tab of the same browser. */
async function tab(path) {
  const opened = new Screen(await newTab(screen));
  await opened.go(path);
  return opened;
}

async function signOut() {
  await screen.page.locator("#top").getByRole("button", { name: label(words.signIn.menu) }).click();
  await screen.page.getByRole("menuitem", { name: label(words.signIn.out) }).click();
  await screen.isAt(words.signIn.title);
}

describe("sign-in", () => {
  it("does not reveal whether the name or the password was wrong", async () => {
    await screen.go("/");
    for (const wrong of [
      { user: USER.user, password: "not it" },
      { user: "missing", password: USER.password },
    ]) {
      await signIn(screen, words, wrong);
      await screen.succeeds(words.signIn.wrong);
    }
    assert.deepEqual(screen.complaints, []);
    const failed = await recordsNamed(server, "ConsoleLogin", "us-east-1");
    const names = failed.map(({ userIdentity }) => userIdentity.userName);
    assert.deepEqual(names.sort(), ["HIDDEN_DUE_TO_SECURITY_REASONS", USER.user]);
    for (const { responseElements } of failed) assert.deepEqual(responseElements, { ConsoleLogin: "Failure" });
  });

  it("locks out who guesses, and only them", async () => {
    await screen.go("/");
    for (let count = 0; count < FAILURES_MAX; count += 1) {
      await signIn(screen, words, { user: "guesser", password: `guess ${count}` });
      await screen.succeeds(words.signIn.wrong);
    }
    await signIn(screen, words, { user: "guesser", password: "one more" });
    await screen.succeeds(words.signIn.tooMany);
    await signIn(screen, words, USER);
    await screen.isAt(words.home.title);
  });

  it("lasts over a reload, and ends with a sign-out for good", async () => {
    await screen.go("/");
    await signIn(screen, words, USER);
    await screen.isAt(words.home.title);
    await screen.page.reload();
    await screen.isAt(words.home.title);
    const proof = await proofOf(screen);
    await signOut();
    await screen.page.reload();
    await screen.isAt(words.signIn.title);
    await becomes(() => screen.page.evaluate(() => sessionStorage.length), 0);
    // Cookie and secret themselves are worth nothing any more.
    assert.equal((await fetch(`${server.origin}/_console/session`, { headers: proof })).status, 401);
  });

  it("is shared by the tabs of a browser, and not by the cookie alone", async () => {
    await screen.go("/");
    await signIn(screen, words, USER);
    await screen.isAt(words.home.title);
    const second = await tab("/kms/keys");
    await second.isAt(words.kms.keys);
    assert.equal((await proofOf(second))[SECRET], (await proofOf(screen))[SECRET]);
    // The second tab has all that the first had.
    await screen.page.close();
    await second.page.reload();
    await second.isAt(words.kms.keys);
    const { cookie } = await proofOf(second);
    for (const method of ["GET", "DELETE"]) {
      const answer = await fetch(`${server.origin}/_console/session`, { method, headers: { cookie } });
      assert.deepEqual([answer.status, answer.headers.get("set-cookie")], [401, null]);
    }
    await second.page.reload();
    await second.isAt(words.kms.keys);
    // With the last tab the secret is gone, and the cookie opens nothing.
    await second.page.close();
    const third = await tab("/kms/keys");
    await third.isAt(words.signIn.title);
    assert.equal((await screen.context.cookies(`${server.origin}/_console/session`)).length, 1);
    assert.deepEqual([...screen.complaints, ...second.complaints, ...third.complaints], []);
  });

  it("begins in all tabs at once, also with another user", async () => {
    await screen.go("/");
    const second = await tab("/iam/users");
    await second.isAt(words.signIn.title);
    // A tab in the background draws once a second.
    await screen.page.bringToFront();
    await signIn(screen, words, USER);
    await screen.isAt(words.home.title);
    await second.isAt(t("iam.users"));
    await signOut();
    // It ends in all of them, too.
    await second.isAt(words.signIn.title);
    await signIn(screen, words, { password: ROOT_PASSWORD });
    await screen.isAt(words.home.title);
    await second.page.bringToFront();
    await second.page.reload();
    await second.page.getByText(USER.user, { exact: true }).first().waitFor();
    assert.deepEqual([...screen.complaints, ...second.complaints], []);
  });

  it("leaves no credentials in storage, addresses, documents or script-readable cookies", async () => {
    const addresses = [];
    screen.page.on("request", (request) => addresses.push(request.url()));
    screen.page.on("framenavigated", (frame) => addresses.push(frame.url()));
    await screen.go("/");
    const answer = screen.page.waitForResponse(
      (response) => response.url().endsWith("/_console/session") && response.request().method() === "POST",
    );
    await signIn(screen, words, USER);
    const { accessKeyId, secretAccessKey, sessionToken } = await (await answer).json();
    await screen.isAt(words.home.title);
    await screen.visit("/kms/keys");
    const kept = await screen.page.evaluate(async () =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        await indexedDB.databases(),
        await caches.keys(),
        document.documentElement.outerHTML,
        history.state,
      ]),
    );
    const [cookie] = await screen.context.cookies(`${server.origin}/_console/session`);
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Strict", "/_console"]);
    assert.match(kept, /"shoseki.session":"[0-9a-f]{64}"/);
    for (const secret of [secretAccessKey, sessionToken, USER.password, cookie.value]) {
      assert.ok(!kept.includes(secret));
      assert.ok(addresses.every((address) => !address.includes(secret) && !address.includes(encodeURIComponent(secret))));
    }
    assert.match(accessKeyId, /^ASIA/);
  });

  it("shows an IAM user without permissions what is denied, with code and request ID", async () => {
    await signInByUser();
    await screen.go("/kms/keys");
    await screen.page.getByText("AccessDeniedException").first().waitFor();
    await screen.page.getByText(/[0-9a-f]{8}-[0-9a-f-]{27}/).first().waitFor();
  });

  it("explains a denial by the policy and the statement that decided", async () => {
    const statements = [
      { Effect: "Allow", Action: "shoseki:ExplainDenial", Resource: "*" },
      { Sid: "NoKeys", Effect: "Deny", Action: "kms:List*", Resource: "*" },
    ];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await iam.send(new PutUserPolicyCommand({ UserName: USER.user, PolicyName: "keyless", PolicyDocument }));
    await signInByUser();
    await screen.go("/kms/keys");
    await screen.press(words.explain.open);
    const { page } = screen;
    await page.getByText(containing(words.explain.denied("NoKeys", "keyless"))).first().waitFor();
    await page.getByText(containing("kms:List")).first().waitFor();
    await page.getByRole("link", { name: label(words.explain.event) }).first().waitFor();
    assert.deepEqual(screen.complaints, []);
  });

  it("asks for a new password where one is due, and takes it", async () => {
    await screen.go("/");
    await signIn(screen, words, NEWCOMER);
    await screen.isAt(words.newPassword.title);
    for (const [password, error] of [
      ["short", t("password.length", { count: 8 })],
      ["Kurumi-2026", undefined],
    ]) {
      await screen.type(words.newPassword.first, password);
      await screen.type(words.newPassword.again, password);
      await screen.press(words.newPassword.submit);
      if (error) await screen.page.getByText(error).first().waitFor();
    }
    await screen.isAt(words.home.title);
    assert.deepEqual(screen.complaints, []);
  });
});

const signInByUser = () => signInByCookie(screen.context, { account: ACCOUNT, ...USER });
