// Sign-in with a second factor, in both languages.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as iam from "@aws-sdk/client-iam";
import { newPage, startBrowser } from "./support/browser.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { REGION, ROOT_KEYS, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";
import { code } from "./support/totp.mjs";
import { signIn } from "./walk.mjs";
import { WORDS } from "./words.mjs";

const PASSWORD = "Hachimitsu-2026";
const STEP_MS = 30_000;

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A user with a password and a device; returns the secret of the device. */
async function userWithDevice(UserName) {
  const client = new iam.IAMClient({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS });
  await client.send(new iam.CreateUserCommand({ UserName }));
  await client.send(new iam.CreateLoginProfileCommand({ UserName, Password: PASSWORD }));
  const made = await client.send(new iam.CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName }));
  const { SerialNumber, Base32StringSeed } = made.VirtualMFADevice;
  const secret = new TextDecoder().decode(Base32StringSeed);
  const [AuthenticationCode1, AuthenticationCode2] = [Date.now() - STEP_MS, Date.now()].map((at) => code(secret, at));
  await client.send(new iam.EnableMFADeviceCommand({ UserName, SerialNumber, AuthenticationCode1, AuthenticationCode2 }));
  return secret;
}

for (const [language, user] of [
  ["ja", "kuma"],
  ["en", "risu"],
]) {
  const [words, t] = [WORDS[language], texts(language)];
  describe(`sign-in with a second factor (${language})`, () => {
    it("rejects a wrong code, and accepts the right one on the same page", async () => {
      const secret = await userWithDevice(user);
      const screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      await screen.go("/");
      await signIn(screen, words, { user, password: PASSWORD });
      await screen.isAt(t("signin.mfa.title"));
      await screen.type(t("signin.mfa.code"), "12345");
      await screen.press(t("signin.mfa.submit"));
      await screen.page.getByText(t("signin.mfa.digits")).first().waitFor();
      // Each code counts once: that of the next interval was not used to enable the device.
      const right = () => code(secret, Date.now() + STEP_MS);
      await screen.type(t("signin.mfa.code"), right() === "000000" ? "000001" : "000000");
      await screen.press(t("signin.mfa.submit"));
      await screen.succeeds(words.signIn.wrong);
      await screen.isAt(t("signin.mfa.title"));
      await screen.type(t("signin.mfa.code"), right());
      await screen.press(t("signin.mfa.submit"));
      await screen.isAt(words.home.title);
      assert.deepEqual(screen.complaints, []);
      await screen.context.close();
      const logins = await recordsNamed(server, "ConsoleLogin", "us-east-1");
      const own = logins.filter(({ userIdentity }) => userIdentity.userName === user);
      const results = own.map(({ responseElements, additionalEventData }) => [responseElements.ConsoleLogin, additionalEventData.MFAUsed]);
      assert.deepEqual(results.filter(([result]) => result === "Success"), [["Success", "Yes"]]);
      assert.ok(results.some(([result]) => result === "Failure"), JSON.stringify(results));
    });
  });
}
