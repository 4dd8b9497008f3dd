// What a failed call says, in the four facts a user needs to report it.
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
  const offline = thrown.$metadata === undefined && thrown.name === "TypeError";
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

/** One line: `CODE: message`. */
export function errorLine(error: unknown): string {
  const failure = failureOf(error);
  return `${failure.code}: ${failure.message}`;
}
