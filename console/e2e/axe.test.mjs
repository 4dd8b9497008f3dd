// Every address of the console, in both languages and both themes: axe finds nothing, and nothing
// is wider than a phone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";
import { ROUTES, furnish } from "./support/furnish.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// Only colours differ between the themes.
const THEMES = [
  ["light", ["wcag2a", "wcag2aa"]],
  ["dark", ["color-contrast"]],
];
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };

let server, browser, made;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  made = await furnish(server);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** One line for each finding: the rule and the first place. */
async function findings(page, runOnly) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const options = { runOnly, resultTypes: ["violations"] };
  const { violations, passes } = await page.evaluate((options) => globalThis.axe.run(options), options);
  assert.ok(passes.length > 0, "axe applied its rules");
  return violations.map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes[0].html.slice(0, 160)} ${nodes[0].any[0]?.message ?? ""}`);
}

/** What sticks out at the right, when the page itself scrolls. */
function tooWide(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return "";
    const out = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > clientWidth + 1);
    return `${scrollWidth} > ${clientWidth}: ${out.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ")}`;
  });
}

async function examine(screen, path) {
  const { page } = screen;
  const problems = [];
  await screen.visit(path);
  for (const [colorScheme, rules] of THEMES) {
    await page.emulateMedia({ colorScheme });
    for (const line of await findings(page, rules)) problems.push(`${path} ${colorScheme} ${line}`);
  }
  await page.setViewportSize(PHONE);
  await screen.settled();
  // A page narrows itself some frames after its window.
  const narrow = async () => (await tooWide(page)) === "" || undefined;
  await eventually("a narrow page", narrow, 5_000).catch(() => undefined);
  const wide = await tooWide(page);
  if (wide) problems.push(`${path} at ${PHONE.width} px: ${wide}`);
  await page.setViewportSize(DESK);
  return problems;
}

for (const language of ["ja", "en"]) {
  describe(`every page (${language})`, () => {
    it("before sign-in has no finding", async () => {
      const screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      await screen.go("/");
      assert.deepEqual([...(await examine(screen, "/")), ...screen.complaints], []);
      await screen.context.close();
    });

    it("after sign-in has no finding", async () => {
      const screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
      await screen.go("/");
      const problems = [];
      for (const path of ROUTES(made)) problems.push(...(await examine(screen, path)));
      assert.deepEqual([...problems, ...screen.complaints], []);
      await screen.context.close();
    });
  });
}
