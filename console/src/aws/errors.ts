// A failed call, as the four facts that a user needs to report it.
import { lookup } from "../i18n";
import { printable } from "../i18n/printable";

export interface Failure {
  code: string;
  message: string;
  /** HTTP status; undefined when no answer came. */
  status?: number;
  requestId?: string;
  /** What the code means in the user's language, when we have words for it. */
  gloss?: string;
}

/** The codes by which a server refuses credentials that were good before. */
const CREDENTIALS = [
  "ExpiredToken",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidToken",
  "TokenRefreshRequired",
  "UnrecognizedClient",
] as const;

/** No response arrived. Each browser words this differently. */
const NO_ANSWER = /fetch|network|load failed/i;

interface SdkError {
  name?: string;
  Code?: string;
  code?: string;
  message?: string;
  Message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

/** Reads any thrown value as a failure. */
export function failureOf(error: unknown): Failure {
  const thrown = (typeof error === "object" && error !== null ? error : { message: String(error) }) as SdkError;
  const code = thrown.name === "Error" || !thrown.name ? (thrown.Code ?? thrown.code ?? "Error") : thrown.name;
  // The SDK adds how often it tried to what the browser threw.
  const offline =
    thrown.$metadata?.httpStatusCode === undefined && thrown.name === "TypeError" && NO_ANSWER.test(thrown.message ?? "");
  const known = offline ? "Unreachable" : code;
  return {
    code: known,
    message: printable(thrown.message ?? thrown.Message ?? String(error)),
    status: thrown.$metadata?.httpStatusCode,
    requestId: thrown.$metadata?.requestId,
    gloss: lookup(`error.${known.replace(/Exception$/, "")}`),
  };
}

/** True when the error carries one of these codes; the suffix `Exception` does not matter. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  const bare = (code: string) => code.replace(/Exception$/, "");
  const { code } = failureOf(error);
  return codes.some((one) => bare(one) === bare(code));
}

/** True when the server does not accept the credentials of the session any more. */
export function refusesCredentials(error: unknown): boolean {
  return isCode(error, ...CREDENTIALS);
}

/** True when only a sign-in helps. */
export function needsSignIn(error: unknown): boolean {
  return isCode(error, "SessionEnded") || refusesCredentials(error);
}

/** The action that the caller may not perform; undefined when the error does not name it. */
export function deniedAction(error: unknown): string | undefined {
  return /not authorized to perform: ([\w-]+:[\w*]+)/.exec(failureOf(error).message)?.[1];
}

/** One line: `CODE: message`; in the user's language when no answer came. */
export function errorLine(error: unknown): string {
  const { code, message, gloss } = failureOf(error);
  return code === "Unreachable" ? (gloss ?? message) : `${code}: ${message}`;
}
