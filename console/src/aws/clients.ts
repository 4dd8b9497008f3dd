// The console is one more AWS client: these are the clients of the official SDK,
// pointed at the origin the page came from and signed with the session's credentials.
// `const { kms } = useClients(); await kms.send(new ListKeysCommand({}))`
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { useMemo } from "react";
import { usePreferences } from "../shell/preferences";
import { refusesCredentials } from "./errors";
import { CONSOLE_HEADER } from "./place";
import { currentSession, type Session, renew, sessionNow } from "./session";

export interface Clients {
  region: string;
  cloudtrail: CloudTrailClient;
  kms: KMSClient;
  s3: S3Client;
  iam: IAMClient;
  sts: STSClient;
}

const REFRESH_BEFORE_MS = 5 * 60 * 1000;

async function fresh(): Promise<Session> {
  const session = currentSession();
  return session && session.expiration.getTime() - Date.now() >= REFRESH_BEFORE_MS ? session : sessionNow();
}

async function ask() {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await fresh();
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

// The SDK would keep what it got until it runs out, also when the server has stopped accepting it.
const credentials = Object.assign(ask, { memoized: true });

function withHeader<Call extends { request: unknown }, Answer>(next: (call: Call) => Answer): (call: Call) => Answer {
  return (call) => {
    Object.assign((call.request as { headers: Record<string, string> }).headers, CONSOLE_HEADER);
    return next(call);
  };
}

/**
 * Makes a call once more, with new credentials, when the server does not accept the present ones:
 * they are of an ended session, or the server was set up again. If there are no new ones, the
 * session ends and the sign-in page opens.
 */
function withRenewal<Call, Answer>(next: (call: Call) => Promise<Answer>): (call: Call) => Promise<Answer> {
  return async (call) => {
    const used = currentSession()?.accessKeyId;
    try {
      return await next(call);
    } catch (error) {
      if (!refusesCredentials(error)) throw error;
      await renew(used);
      return next(call);
    }
  };
}

interface Stack {
  add(middleware: typeof withHeader, options: { step: "build"; name: string }): void;
  add(middleware: typeof withRenewal, options: { step: "initialize"; name: string }): void;
}

/** The same client, which marks each of its calls as made by the console. */
function marked<Client extends { middlewareStack: Stack }>(client: Client): Client {
  client.middlewareStack.add(withHeader, { step: "build", name: "fromConsole" });
  client.middlewareStack.add(withRenewal, { step: "initialize", name: "renewal" });
  return client;
}

const common = { endpoint: window.location.origin, credentials, maxAttempts: 2 };

/** The client of one service in a region: for who asks many regions the same. */
export function cloudTrailIn(region: string): CloudTrailClient {
  return marked(new CloudTrailClient({ ...common, region }));
}

/** A fresh set of clients for a region; IAM and STS are global and signed for us-east-1. */
export function clientsFor(region: string): Clients {
  return {
    region,
    cloudtrail: cloudTrailIn(region),
    kms: marked(new KMSClient({ ...common, region })),
    s3: marked(new S3Client({ ...common, region, forcePathStyle: true })),
    iam: marked(new IAMClient({ ...common, region: "us-east-1" })),
    sts: marked(new STSClient({ ...common, region })),
  };
}

const byUser = new Map<string, Clients>();

/** The clients for the region chosen in the top bar (or for the one named). */
export function useClients(region?: string): Clients {
  const preferences = usePreferences();
  const chosen = region ?? preferences.region;
  return useMemo(() => {
    const key = `${currentSession()?.arn ?? ""} ${chosen}`;
    const known = byUser.get(key);
    if (known) return known;
    const made = clientsFor(chosen);
    byUser.clear();
    byUser.set(key, made);
    return made;
  }, [chosen]);
}
