// What IAM users do to their own credentials.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as iam from "@aws-sdk/client-iam";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { containing } from "./support/labels.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const t = texts("ja");
const OLD = "Hachimitsu-2026";
const NEW = "Kurumi-to-donguri-2026";
const OWN = { Effect: "Allow", Action: ["iam:ChangePassword", "iam:List*"], Resource: "*" };

let server, browser, screen;

const signIn = (password) =>
  screen.context.request.post("/_console/session", { data: { account: ACCOUNT, root: false, user: "kuma", password } });

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  const client = new iam.IAMClient({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS });
  await client.send(new iam.CreateUserCommand({ UserName: "kuma" }));
  await client.send(new iam.CreateLoginProfileCommand({ UserName: "kuma", Password: OLD }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [OWN] });
  await client.send(new iam.PutUserPolicyCommand({ UserName: "kuma", PolicyName: "own", PolicyDocument }));
  screen = new Screen(await newPage(browser, { origin: server.origin }));
  await signInByCookie(screen.context, { account: ACCOUNT, user: "kuma", password: OLD });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function change(old, chosen, again) {
  await screen.type(t("iam.password.old"), old);
  await screen.type(t("iam.password.new"), chosen);
  await screen.type(t("firstRun.again"), again);
}

describe("an IAM user's own password", () => {
  it("is not taken while the two new ones differ", async () => {
    await screen.go("/iam/security-credentials");
    await change(OLD, NEW, `${NEW}?`);
    await screen.page.getByText(containing(t("firstRun.again.differs"))).first().waitFor();
    await screen.press(t("iam.password.change"));
    await screen.focuses(screen.field(t("firstRun.again")));
    assert.equal((await signIn(OLD)).status(), 200);
  });

  it("is not changed without the old one", async () => {
    await change("a guess", NEW, NEW);
    await screen.press(t("iam.password.change"));
    await screen.page.getByText(/The old password was incorrect/).first().waitFor();
    assert.equal((await signIn(OLD)).status(), 200);
  });

  it("is changed, and its record holds neither password", async () => {
    await change(OLD, NEW, NEW);
    await screen.press(t("iam.password.change"));
    await screen.succeeds(t("common.edited.flash", { name: t("iam.password") }));
    assert.equal((await signIn(OLD)).status(), 401);
    assert.equal((await signIn(NEW)).status(), 200);
    const [record] = await recordsNamed(server, "ChangePassword", "us-east-1");
    assert.equal(record.requestParameters, null);
    assert.equal(record.sessionCredentialFromConsole, "true");
    assert.equal(record.userIdentity.userName, "kuma");
    assert.deepEqual(screen.complaints, []);
  });
});
