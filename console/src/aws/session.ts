// The console's session: temporary credentials, kept in memory only.
// The server keeps the session behind an HttpOnly cookie and a secret of our tabs, so a reload asks
// it again.
import { useSyncExternalStore } from "react";
import { noteApiPort } from "./place";
import { SECRET_HEADER, askTabs, beginSecret, endSecret, clearSecret, keepSecret, keptSecret, onEnd, onLateSecret } from "./secret";

const URL_SESSION = "/_console/session";
const URL_FIRST_RUN = "/_console/session/first-run";

export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
  /** Twelve digits. */
  account: string;
  /** User name, or `root`. */
  user: string;
  arn: string;
  /** Region the server was started with. */
  region?: string;
}

export interface SignIn {
  account: string;
  /** The IAM user's name; `root` for the root user. */
  user: string;
  /** Distinguishes the root user from an IAM user named `root`. */
  root: boolean;
  password: string;
  mfa?: string;
  /** In place of one that has to be changed. */
  newPassword?: string;
}

export type SignInFailure =
  | { code: "InvalidCredentials" }
  | { code: "MfaRequired" }
  | { code: "PasswordChangeRequired" }
  | { code: "PasswordRefused"; message: string }
  | { code: "InvalidToken" }
  | { code: "TooManyAttempts"; retryAfterSeconds: number }
  | { code: "Unreachable"; status?: number };

export interface FirstRun {
  needed: boolean;
  /** No answer came. */
  unreachable?: true;
  /** The account, when the server has only one. */
  account?: string;
}

export type SessionState =
  | { status: "unknown" }
  | { status: "signed-out"; expired: boolean }
  | { status: "signed-in"; session: Session };

let state: SessionState = { status: "unknown" };
const listeners = new Set<() => void>();

function change(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSessionState(): SessionState {
  return useSyncExternalStore(subscribe, () => state);
}

/** The session of a signed-in user; pages inside the shell always have one. */
export function useSession(): Session {
  const now = useSessionState();
  if (now.status !== "signed-in") throw new Error("no session");
  return now.session;
}

export function currentSession(): Session | undefined {
  return state.status === "signed-in" ? state.session : undefined;
}

function parse({ sessionSecret: _, ...body }: Record<string, unknown>): Session {
  noteApiPort(body);
  return { ...(body as unknown as Session), expiration: new Date(String(body.expiration)) };
}

async function json(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function show(secret: string): Promise<Response> {
  const response = await fetch(URL_SESSION, { headers: { accept: "application/json", [SECRET_HEADER]: secret } });
  if (response.ok) keepSecret(secret);
  // Meanwhile another tab may have sent a newer one.
  else if (response.status === 401 && keptSecret() === secret) clearSecret();
  return response;
}

/** Shows the secret of this tab or, if there is none or it is of no use, that of another tab. */
async function showSecret(askOthers: boolean): Promise<Response | undefined> {
  const own = keptSecret();
  const answer = own === undefined ? undefined : await show(own);
  if (answer?.ok || !askOthers || (answer && answer.status !== 401)) return answer;
  const other = await askTabs();
  return other === undefined || other === own ? answer : show(other);
}

/** Takes fresh credentials; undefined when the session has ended. Throws when no answer came. */
async function goOn(askOthers: boolean): Promise<Session | undefined> {
  const wasSignedIn = state.status === "signed-in";
  const response = await showSecret(askOthers);
  // A server, or a proxy before it, that is in trouble has not ended the session.
  if (response && response.status >= 500) throw new TypeError(`fetch: HTTP ${response.status}`);
  if (!response?.ok) {
    change({ status: "signed-out", expired: wasSignedIn });
    return undefined;
  }
  const session = parse(await json(response));
  change({ status: "signed-in", session });
  return session;
}

let going: Promise<Session | undefined> | undefined;

/** All calls that need credentials at the same time wait for one answer. */
function goOnOnce(): Promise<Session | undefined> {
  going ??= goOn(true).finally(() => {
    going = undefined;
  });
  return going;
}

/** Asks whether the session goes on, and takes fresh credentials if so. */
export async function resume(askOthers = true): Promise<void> {
  try {
    await goOn(askOthers);
  } catch {
    if (state.status !== "signed-in") change({ status: "signed-out", expired: false });
  }
}

/** A session with fresh credentials; throws `SessionEnded` when there is none. */
export async function sessionNow(): Promise<Session> {
  const session = await goOnOnce();
  if (!session) throw Object.assign(new Error("The session has ended."), { name: "SessionEnded" });
  return session;
}

/** Takes fresh credentials after `accessKeyId` was refused, unless there are others already. */
export async function renew(accessKeyId: string | undefined): Promise<void> {
  const session = currentSession();
  if (session && session.accessKeyId !== accessKeyId) return;
  const next = await sessionNow();
  if (next.accessKeyId === accessKeyId) leave();
}

/** Shows the sign-in; the address stays, so that the same page is there afterwards. */
export function leave(): void {
  change({ status: "signed-out", expired: true });
}

// The user signed in in another tab, or a tab answered late.
onLateSecret(() => {
  if (state.status === "signed-out") void resume(false);
});

export async function signIn(input: SignIn): Promise<SignInFailure | undefined> {
  let response: Response;
  try {
    response = await fetch(URL_SESSION, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(input),
    });
  } catch {
    return { code: "Unreachable" };
  }
  const body = await json(response);
  if (response.ok) {
    beginSecret(String(body.sessionSecret));
    change({ status: "signed-in", session: parse(body) });
    return undefined;
  }
  if (body.code === "MfaRequired" || body.code === "PasswordChangeRequired") return { code: body.code };
  if (response.status === 401) return { code: "InvalidCredentials" };
  return refusal(response, body);
}

/** What a sign-in and the first run are refused with alike. */
function refusal(response: Response, body: Record<string, unknown>): SignInFailure {
  if (response.status === 429) {
    return { code: "TooManyAttempts", retryAfterSeconds: Number(response.headers.get("retry-after") ?? "60") };
  }
  if (body.code === "PasswordPolicyViolation") return { code: "PasswordRefused", message: String(body.message) };
  if (body.code === "InvalidToken") return { code: "InvalidToken" };
  return { code: "Unreachable", status: response.status };
}

export async function signOut(): Promise<void> {
  try {
    await fetch(URL_SESSION, { method: "DELETE", headers: { [SECRET_HEADER]: keptSecret() ?? "" } });
  } finally {
    endSecret();
    change({ status: "signed-out", expired: false });
  }
}

onEnd(() => change({ status: "signed-out", expired: false }));

export async function firstRun(): Promise<FirstRun> {
  try {
    const response = await fetch(URL_FIRST_RUN, { headers: { accept: "application/json" } });
    if (response.status >= 500) return { needed: false, unreachable: true };
    if (!response.ok) return { needed: false };
    const body = await json(response);
    noteApiPort(body);
    return { needed: body.needed === true, account: typeof body.account === "string" ? body.account : undefined };
  } catch {
    return { needed: false, unreachable: true };
  }
}

/** Sets the root user's password with the one-time token that the server printed. */
export async function completeFirstRun(token: string, password: string): Promise<SignInFailure | undefined> {
  try {
    const response = await fetch(URL_FIRST_RUN, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ token, password }),
    });
    return response.ok ? undefined : refusal(response, await json(response));
  } catch {
    return { code: "Unreachable" };
  }
}
