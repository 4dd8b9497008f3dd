// A server of a test's own: the real binary, a free port, a new data directory.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually.mjs";

const PROJECT = new URL("../../..", import.meta.url).pathname;
export const ACCOUNT = "123456789012";
export const REGION = "ap-northeast-1";
export const ROOT_PASSWORD = "mori-no-kumasan-2026";
export const ROOT_KEYS = {
  accessKeyId: "AKIASHOSEKITESTROOT0",
  secretAccessKey: "shoseki/test+root/secret/0123456789abcde",
};
// Fast enough for a test, slow enough that several calls share a file.
const FLAGS = ["--rehearse", "--delivery-interval", "1s", "--digest-interval", "3s"];

function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(PROJECT, "target");
  const path = process.env.SHOSEKI_BIN ?? join(target, "debug/shoseki");
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`cargo build -p shoseki\` or set SHOSEKI_BIN`);
  return path;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts a server and waits until it serves; the console has a port of its own if that is wanted. */
export async function startServer({ consoleApart = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "shoseki-e2e-"));
  const port = await freePort();
  const consolePort = consoleApart ? await freePort() : port;
  const origin = `http://127.0.0.1:${port}`;
  const apart = consoleApart ? ["--console-listen", `127.0.0.1:${consolePort}`] : [];
  const child = spawn(
    binary(),
    ["serve", "--data-dir", join(folder, "data"), "--listen", `127.0.0.1:${port}`, ...apart, ...FLAGS],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        SHOSEKI_ROOT_ACCESS_KEY_ID: ROOT_KEYS.accessKeyId,
        SHOSEKI_ROOT_SECRET_ACCESS_KEY: ROOT_KEYS.secretAccessKey,
      },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const server = {
    origin,
    port,
    consoleOrigin: `http://127.0.0.1:${consolePort}`,
    folder,
    /** What it printed so far. */
    output: () => output,
    /** The link that it printed for the first run. */
    firstRunLink: () =>
      eventually("the server prints a link for the first run", () => /http:\S+\/first-run\?token=[0-9a-f]+/.exec(output)?.[0]),
    async stop() {
      child.kill("SIGTERM");
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      if (code !== 0) throw new Error(`the server ended with ${code}:\n${output.slice(-2000)}`);
    },
  };
  await eventually("the server serves", async () => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
    const answer = await fetch(`${origin}/_shoseki/health`).catch(() => undefined);
    return answer?.ok;
  });
  return server;
}

/** Sets the root user's password without a browser. */
export async function setRootPassword(server) {
  const link = await server.firstRunLink();
  const answer = await fetch(`${server.consoleOrigin}/_console/session/first-run`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: link.split("token=")[1], password: ROOT_PASSWORD }),
  });
  if (!answer.ok) throw new Error(`the first run was refused: ${answer.status} ${await answer.text()}`);
}
