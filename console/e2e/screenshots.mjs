// Makes the pictures of the documentation: the walk in both languages, into docs/images.
// `node e2e/screenshots.mjs [folder]`
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newPage, startBrowser } from "./support/browser.mjs";
import { small } from "./support/png.mjs";
import { Screen } from "./support/screen.mjs";
import { startServer } from "./support/server.mjs";
import * as walk from "./walk.mjs";
import { WORDS } from "./words.mjs";

const folder = process.argv[2] ?? new URL("../../docs/images", import.meta.url).pathname;

/** Takes a picture of what is in the window, with `target` at the top if there is one. */
function shots(screen, language) {
  return async (name, target) => {
    await screen.settled();
    const { page } = screen;
    if (target) await target.evaluate((element) => element.scrollIntoView({ block: "center" }));
    else await page.evaluate(() => scrollTo(0, 0));
    const picture = await page.screenshot({ caret: "hide", animations: "disabled" });
    writeFileSync(join(folder, `${name}.${language}.png`), small(picture));
    process.stdout.write(`${name}.${language}.png\n`);
  };
}

async function illustrate(browser, language) {
  const words = WORDS[language];
  const server = await startServer();
  try {
    const screen = new Screen(await newPage(browser, { language, origin: server.origin }));
    const shot = shots(screen, language);
    await walk.begin(screen, words, await server.firstRunLink(), shot);
    const keyArn = await walk.createKey(screen, words, shot);
    await walk.createBucket(screen, words, shot);
    await walk.createTrail(screen, words, shot);
    await walk.openBucket(screen, words, shot, keyArn);
    await screen.go("/cloudtrail/events");
    await shot("event-history");
    await screen.go("/");
    await shot("home-done");
    await screen.context.close();
    const signedOut = new Screen(await newPage(browser, { language, origin: server.origin }));
    await signedOut.go("/");
    await shots(signedOut, language)("sign-in");
    await signedOut.context.close();
  } finally {
    await server.stop();
  }
}

mkdirSync(folder, { recursive: true });
const browser = await startBrowser();
try {
  for (const language of ["ja", "en"]) await illustrate(browser, language);
} finally {
  await browser.close();
}
