// The server's own service: what AWS has no API for. JSON 1.1, signed and authorized like any other call.
import { SignatureV4 } from "@smithy/signature-v4";
import type { Clients } from "./clients";
import { refusesCredentials } from "./errors";
import { CONSOLE_HEADER } from "./place";
import { currentSession, renew } from "./session";

const TARGET = "Shoseki_20261101";
const SERVICE = "shoseki";

/** Calls `operation`; a failure is thrown in the shape of the SDK's errors. */
export async function callShoseki<Output>(
  clients: Clients,
  operation: string,
  input: object,
  signal?: AbortSignal,
): Promise<Output> {
  const used = currentSession()?.accessKeyId;
  try {
    return await callOnce<Output>(clients, operation, input, signal);
  } catch (error) {
    if (!refusesCredentials(error)) throw error;
    await renew(used);
    return callOnce<Output>(clients, operation, input, signal);
  }
}

async function callOnce<Output>(
  { kms, region }: Clients,
  operation: string,
  input: object,
  signal: AbortSignal | undefined,
): Promise<Output> {
  const { credentials, sha256 } = kms.config;
  const signer = new SignatureV4({ service: SERVICE, region, credentials, sha256 });
  const { protocol, hostname, port, host, origin } = window.location;
  const body = JSON.stringify(input);
  const signed = await signer.sign({
    method: "POST",
    protocol,
    hostname,
    port: port ? Number(port) : undefined,
    path: "/",
    query: {},
    headers: { host, "content-type": "application/x-amz-json-1.1", "x-amz-target": `${TARGET}.${operation}` },
    body,
  });
  // The browser sets `host` itself, to the same value.
  const own = Object.entries(signed.headers).filter(([name]) => name !== "host");
  const headers = { ...Object.fromEntries(own), ...CONSOLE_HEADER };
  const response = await fetch(`${origin}/`, { method: "POST", headers, body, signal });
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (response.ok) return answer as Output;
  const error = new Error(String(answer.message ?? answer.Message ?? `HTTP ${response.status}`));
  error.name = String(answer.__type ?? "Error").replace(/^.*#/, "");
  throw Object.assign(error, {
    $metadata: {
      httpStatusCode: response.status,
      requestId: response.headers.get("x-amzn-requestid") ?? undefined,
    },
  });
}
