// A page whose code does not arrive: the frame stays, shows the failure, and offers a retry.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { label } from "./support/labels.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const t = texts("ja");
const CODE = /\/assets\/page-iam\.js/;

let server, browser, screen;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  screen = new Screen(await newPage(browser, { origin: server.origin }));
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

describe("a page whose code does not arrive", () => {
  it("is reported inside the frame, and other pages work", async () => {
    const { page, context } = screen;
    await context.route(CODE, (route) => route.abort());
    await page.goto("/_console/#/iam/users");
    await page.getByText(label(t("common.crash.header"))).first().waitFor();
    await page.locator("#top").waitFor();
    await screen.visit("/kms/keys");
    await screen.isAt(t("kms.keys.title"));
  });

  it("comes when it is asked for again, with its navigation", async () => {
    const { page, context } = screen;
    await context.unroute(CODE);
    await page.evaluate(() => {
      location.hash = "#/iam/users";
    });
    // Some browsers fetch a failed module again at once, others only after the console is reloaded.
    const retry = page.getByRole("button", { name: label(t("common.retry")) });
    await screen.title(t("iam.users")).or(retry).first().waitFor();
    if (await retry.isVisible()) await retry.click();
    await screen.isAt(t("iam.users"));
    await page.getByRole("navigation").getByRole("link", { name: label(t("iam.roles")) }).first().waitFor();
  });
});
