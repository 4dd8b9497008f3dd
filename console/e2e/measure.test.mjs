// How much is loaded, and how long one waits. Bytes are judged; times depend on the machine and are
// only reported.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";

// As in scripts/byte-budget.mjs.
const FIRST_LOAD_BYTES_MAX = 750_000;
const WALK = ["/kms/keys", "/s3/buckets", "/cloudtrail/trails", "/iam/users", "/kms/aws-keys", "/s3/buckets/create", "/"];
/** How often the walk is walked again, after a first time that also loads and compiles. */
const ROUNDS = 3;

let server, browser, screen;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  screen = new Screen(await newPage(browser, { origin: server.origin }));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** From the click until the new heading is drawn, in milliseconds. */
function routeChange(page, path) {
  return page.evaluate(async (hash) => {
    const heading = () => document.querySelector("h1")?.textContent;
    const [before, start] = [heading(), performance.now()];
    const link = document.body.appendChild(Object.assign(document.createElement("a"), { href: hash }));
    link.click();
    link.remove();
    while (heading() === before || !heading()) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  }, `#${path}`);
}

describe("the console", () => {
  it("is loaded within its bytes", async (test) => {
    await screen.go("/");
    const { bytes, paint, heading } = await screen.page.evaluate(() => {
      const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
      return {
        bytes: entries.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
        paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
        heading: performance.now(),
      };
    });
    test.diagnostic(`first load ${bytes} bytes, first paint ${Math.round(paint)} ms, form drawn before ${Math.round(heading)} ms`);
    // Files from a folder come as they are, without compression.
    if (!process.env.CONSOLE_DIST) assert.ok(bytes <= FIRST_LOAD_BYTES_MAX, `${bytes} bytes`);
  });

  it("reports how long a change of page takes", async (test) => {
    await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
    await screen.page.reload();
    await screen.settled();
    const times = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const path of WALK) {
        const took = await routeChange(screen.page, path);
        if (round === 0) test.diagnostic(`first ${path} ${Math.round(took)} ms`);
        else times.push(took);
        await screen.settled();
      }
    }
    times.sort((one, other) => one - other);
    const at = (part) => Math.round(times[Math.floor((times.length - 1) * part)]);
    test.diagnostic(`later ${times.length} changes: median ${at(0.5)} ms, fastest ${at(0)} ms, slowest ${at(1)} ms`);
    assert.deepEqual(screen.complaints, []);
  });
});
