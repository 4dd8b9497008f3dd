// Who gets in, who stays in, and what a browser keeps of it.
import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, describe, it } from "node:test";
import { CreateLoginProfileCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { newPage, startBrowser } from "./support/browser.mjs";
import { containing, label } from "./support/labels.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, setRootPassword, startServer } from "./support/server.mjs";
import { signIn } from "./walk.mjs";
import { WORDS } from "./words.mjs";

const words = WORDS.ja;
const USER = { user: "kuma", password: "Hachimitsu-2026" };
const NEWCOMER = { user: "risu", password: "Donguri-2026" };
const FAILURES_MAX = 5;

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

describe("sign-in", () => {
  it("tells nobody whether the name or the password was wrong", async () => {
    await screen.go("/");
    for (const wrong of [
      { user: USER.user, password: "not it" },
      { user: "nobody", password: USER.password },
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
    const [cookie] = await screen.context.cookies(`${server.origin}/_console/session`);
    await screen.page.locator("#top").getByRole("button", { name: label(words.signIn.menu) }).click();
    await screen.page.getByRole("menuitem", { name: label(words.signIn.out) }).click();
    await screen.isAt(words.signIn.title);
    await screen.page.reload();
    await screen.isAt(words.signIn.title);
    // The cookie itself is worth nothing any more.
    const stolen = await fetch(`${server.origin}/_console/session`, { headers: { cookie: `${cookie.name}=${cookie.value}` } });
    assert.equal(stolen.status, 401);
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
    for (const [password, told] of [
      ["short", /Password should have a minimum length/],
      ["Kurumi-2026", undefined],
    ]) {
      await screen.type(words.newPassword.first, password);
      await screen.type(words.newPassword.again, password);
      await screen.press(words.newPassword.submit);
      if (told) await screen.page.getByText(told).first().waitFor();
    }
    await screen.isAt(words.home.title);
    assert.deepEqual(screen.complaints, []);
  });
});

async function signInByUser() {
  const answer = await screen.context.request.post("/_console/session", {
    data: { account: ACCOUNT, root: false, ...USER },
  });
  assert.equal(answer.status(), 200);
}
