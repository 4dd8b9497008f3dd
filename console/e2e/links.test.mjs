// No link leads nowhere: every address that a page offers is a page without an error.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { ROUTES, furnish } from "./support/furnish.mjs";
import { label } from "./support/labels.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const t = texts("en");
// Events and log files come and go during the test; one of a kind is enough.
const KINDS = [/^\/cloudtrail\/events\/[0-9a-f-]{36}$/, /^\/s3\/object\/.*\.json\.gz$/, /^\/iam\/policies\/arn/];

let server, browser, screen, made;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  made = await furnish(server);
  screen = new Screen(await newPage(browser, { language: "en", origin: server.origin }));
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
  await screen.go("/");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Where the links of this page lead, within the console; and what leads out of it. */
async function linksHere() {
  const hrefs = await screen.page.evaluate(() => [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")));
  return { inside: hrefs.filter((href) => href.startsWith("#/")).map((href) => href.slice(1)), outside: hrefs.filter((href) => !href.startsWith("#/")) };
}

/** What is wrong with the page, in one line. */
async function wrong() {
  const { page } = screen;
  if (await page.getByRole("heading", { name: label(t("shell.notFound.title")) }).count()) return "no such page";
  const errors = page.getByRole("main").locator('[class*="awsui_type-error"]').filter({ visible: true });
  return (await errors.count()) ? errors.first().innerText() : "";
}

describe("the links of every page", () => {
  it("lead to pages", async () => {
    const seen = new Map();
    const waiting = ROUTES(made)
      .filter((path) => path !== "/no/such/page")
      .map((path) => [path, "the list of addresses"]);
    const problems = [];
    while (waiting.length > 0) {
      const [path, from] = waiting.shift();
      const kind = KINDS.find((one) => one.test(decodeURIComponent(path.split("?")[0]))) ?? path;
      if (seen.has(String(kind))) continue;
      seen.set(String(kind), from);
      await screen.visit(path);
      const problem = await wrong();
      if (problem) problems.push(`${path} from ${from}: ${problem}`);
      const { inside, outside } = await linksHere();
      for (const href of outside) problems.push(`${path} leads out: ${href}`);
      for (const href of inside) waiting.push([href, path]);
    }
    assert.ok(seen.size > 60, `${seen.size} pages`);
    assert.deepEqual(problems, []);
    assert.deepEqual(screen.complaints, []);
  });
});
