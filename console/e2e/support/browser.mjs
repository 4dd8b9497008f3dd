// Debian's Chromium, one at a time, and a page that remembers everything it complained about.
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const WAIT_MS = 20_000;

/** Starts the browser. */
export async function startBrowser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing: install chromium or set CHROMIUM`);
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

/**
 * A page in a new context. `language` is `ja` or `en`, asked for as a browser asks: by its own language.
 * `complaints` gathers breaches of the content security policy, errors and warnings of scripts.
 */
export async function newPage(browser, { language = "ja", origin, ...more } = {}) {
  const context = await browser.newContext({
    baseURL: origin,
    locale: language === "ja" ? "ja-JP" : "en-US",
    timezoneId: "Asia/Tokyo",
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    ...more,
  });
  if (process.env.CONSOLE_DIST) await serveFrom(context, process.env.CONSOLE_DIST);
  return newTab({ context, language });
}

/** Another page in the context of an opened one. */
export async function newTab({ context, language }) {
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  if (process.env.FRAME_DELAY_MS) await drawLate(page, Number(process.env.FRAME_DELAY_MS));
  const complaints = [];
  // Answers like 403 and 404 are reported by the browser itself; the tests judge those by what is on the screen.
  const isAnswer = (message) => message.text().startsWith("Failed to load resource");
  // What the browser itself advises, without words of a script, changes with its version.
  const isAdvice = (message) => message.type() === "warning" && message.args().length === 0;
  page.on("console", (message) => {
    const complains = ["error", "warning"].includes(message.type()) && !isAnswer(message) && !isAdvice(message);
    if (complains) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  await page.exposeBinding("complain", (_, text) => complaints.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      globalThis.complain(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return { context, page, language, complaints, settled: watchRequests(page) };
}

/**
 * Draws each frame this many milliseconds late, as a busy machine does: a test that reads once, where a
 * person would wait for the next frame, fails.
 */
async function drawLate(page, milliseconds) {
  await page.addInitScript((late) => {
    const draw = globalThis.requestAnimationFrame.bind(globalThis);
    globalThis.requestAnimationFrame = (frame) => draw(() => setTimeout(() => frame(performance.now()), late));
  }, milliseconds);
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** Takes the console's files from a folder, with the headers that the server sends with its own. */
async function serveFrom(context, folder) {
  await context.route(/\/_console\/($|\?|#|assets\/|index\.html)/, async (route) => {
    const { pathname, origin } = new URL(route.request().url());
    const file = pathname === "/_console/" ? "index.html" : pathname.slice("/_console/".length);
    const policy = (await fetch(`${origin}/_console/`)).headers.get("content-security-policy") ?? "";
    await route.fulfill({
      body: readFileSync(join(folder, file)),
      headers: { "content-type": TYPES[extname(file)] ?? "text/plain", "content-security-policy": policy },
    });
  });
}

/** Gives a function that waits until the page has asked everything it wants to ask, and shows it. */
function watchRequests(page) {
  const running = new Set();
  const end = (request) => running.delete(request);
  page.on("request", (request) => running.add(request));
  // A response whose body is not read never finishes; its head is the end that every request has.
  page.on("response", (response) => end(response.request()));
  page.on("requestfailed", end);
  return async () => {
    await page.locator("h1").first().waitFor();
    const deadline = performance.now() + WAIT_MS;
    for (let quiet = 0; quiet < 3; quiet = running.size === 0 ? quiet + 1 : 0) {
      if (performance.now() > deadline) throw new Error(`still asking: ${[...running].map((one) => one.url()).join(" ")}`);
      // Two frames: what an answer changes is drawn, and what it asks next is asked.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30))));
    }
  };
}

/**
 * Signs in without the form: the console's pages then find the cookie, and the secret in their storage.
 * Without a user it is the root user who signs in.
 */
export async function signInByCookie(context, { account, user, password }) {
  const data = { account, root: user === undefined, user, password };
  const answer = await context.request.post("/_console/session", { data });
  if (!answer.ok()) throw new Error(`sign-in was refused: ${answer.status()} ${await answer.text()}`);
  const { sessionSecret } = await answer.json();
  await context.addInitScript((secret) => {
    const isConsole = location.pathname === "/_console/" && window.top === window;
    if (isConsole && !sessionStorage.getItem("shoseki.session")) sessionStorage.setItem("shoseki.session", secret);
  }, sessionSecret);
}
