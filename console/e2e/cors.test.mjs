// A page of another origin uploads into a bucket by a presigned address and by a form, and reads the
// answers, as far as the bucket's CORS rules let it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { newPage, startBrowser } from "./support/browser.mjs";
import { ROOT_KEYS, startServer } from "./support/server.mjs";
import { openBucket, startOtherSite } from "./support/otherSite.mjs";

const BUCKET = "uploads-of-pages";
const HOUR_MS = 3_600_000;

let server, browser, bucket, otherSite, page;

before(async () => {
  [server, browser, otherSite] = await Promise.all([startServer(), startBrowser(), startOtherSite({ "/": "<!doctype html>" })]);
  bucket = await openBucket(server, BUCKET);
  ({ page } = await newPage(browser, { origin: otherSite.origin }));
  await page.goto(`${otherSite.origin}/`);
});
after(async () => {
  await browser?.close();
  await otherSite?.stop();
  await server?.stop();
});

/** Sends from the page; gives what its script gets to see. */
const send = (address, { method, body, headers, fields }) =>
  page.evaluate(
    async ([address, method, body, headers, fields]) => {
      let content = body;
      if (fields) {
        content = new FormData();
        for (const [name, value] of Object.entries(fields)) content.append(name, value);
        content.append("file", new Blob([body]), "page.txt");
      }
      try {
        const answer = await fetch(address, { method, body: content, headers });
        return { status: answer.status, etag: answer.headers.get("etag"), id: answer.headers.get("x-amz-request-id"), text: await answer.text() };
      } catch (error) {
        return { refused: error.name };
      }
    },
    [address, method, body, headers ?? {}, fields],
  );

/** The fields of a form that may store one object, signed as boto3 signs them. */
function signedFields(key) {
  const conditions = [{ bucket: BUCKET }, { key }];
  const document = { expiration: new Date(Date.now() + HOUR_MS).toISOString(), conditions };
  const policy = Buffer.from(JSON.stringify(document)).toString("base64");
  const signature = createHmac("sha1", ROOT_KEYS.secretAccessKey).update(policy).digest("base64");
  return { key, AWSAccessKeyId: ROOT_KEYS.accessKeyId, policy, signature };
}

const home = () => `http://localhost:${server.port}/${BUCKET}`;
const upload = async (key, headers = { "content-type": "application/json" }) =>
  send(await bucket.presigned(bucket.path(key), {}, "PUT"), { method: "PUT", body: `of ${key}`, headers });
const submit = (key) => send(home(), { method: "POST", body: `of ${key}`, fields: signedFields(key) });
const stored = async (key) => (await fetch(bucket.path(key))).text();

describe("a page of another origin", () => {
  it("sends no presigned upload and reads nothing without a rule", async () => {
    await bucket.cors(undefined);
    assert.deepEqual(await upload("none"), { refused: "TypeError" });
    assert.match(await stored("none"), /NoSuchKey|AccessDenied/);
    // A form needs no leave to be sent, only for its answer to be read.
    assert.deepEqual(await submit("unread"), { refused: "TypeError" });
    assert.equal(await stored("unread"), "of unread");
  });

  it("uploads by a presigned address and by a form where a rule matches", async () => {
    const rule = { AllowedOrigins: [otherSite.origin], AllowedMethods: ["PUT", "POST", "GET"], AllowedHeaders: ["Content-Type"], ExposeHeaders: ["ETag"] };
    await bucket.cors(rule);
    const put = await upload("by-address");
    assert.equal(put.status, 200, JSON.stringify(put));
    assert.match(put.etag, /^"[0-9a-f]{32}"$/);
    assert.equal(put.id, null, "a header that is not exposed");
    assert.equal(await stored("by-address"), "of by-address");
    const form = await submit("by-form");
    assert.equal(form.status, 204, JSON.stringify(form));
    assert.equal(await stored("by-form"), "of by-form");
    const error = await send(`${home()}/none`, { method: "GET" });
    assert.ok([403, 404].includes(error.status), "it reads refusals, too");
    assert.match(error.text, /<Code>(AccessDenied|NoSuchKey)<\/Code>/);
  });

  it("is refused where the rule is about another origin, method or header", async () => {
    const rule = { AllowedOrigins: [otherSite.origin], AllowedMethods: ["PUT"], AllowedHeaders: ["Content-Type"] };
    await bucket.cors({ ...rule, AllowedOrigins: ["http://localhost:1"] });
    assert.deepEqual(await upload("other-origin"), { refused: "TypeError" });
    await bucket.cors({ ...rule, AllowedMethods: ["GET"] });
    assert.deepEqual(await upload("other-method"), { refused: "TypeError" });
    await bucket.cors({ ...rule, AllowedHeaders: ["x-amz-meta-*"] });
    assert.deepEqual(await upload("other-header"), { refused: "TypeError" });
    for (const key of ["other-origin", "other-method", "other-header"]) {
      assert.match(await stored(key), /NoSuchKey|AccessDenied/, key);
    }
    await bucket.cors({ ...rule, AllowedOrigins: ["http://*"] });
    assert.equal((await upload("wildcard")).status, 200);
  });
});
