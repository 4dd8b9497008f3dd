// The AWS CLI, unmodified.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { REGION, ROOT_KEYS } from "./server.mjs";

const VENV = new URL("../../../.venv/bin/aws", import.meta.url).pathname;

/** Runs the CLI against the server; gives what it printed. Fails when it does. */
export function aws(server, ...words) {
  const program = process.env.AWS_CLI ?? (existsSync(VENV) ? VENV : "aws");
  const env = {
    PATH: process.env.PATH,
    HOME: server.folder,
    AWS_ENDPOINT_URL: server.origin,
    AWS_ACCESS_KEY_ID: ROOT_KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ROOT_KEYS.secretAccessKey,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
  };
  return new Promise((resolve, reject) => {
    execFile(program, words, { env, timeout: 120_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${words.join(" ")}: ${error.message}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
  });
}
