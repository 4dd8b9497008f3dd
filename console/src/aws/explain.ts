// Where an error is explained. The server's own explanations have no address yet, so an error
// about permissions leads to the event that recorded it: the history of errors with its code.
import { failureOf, isCode } from "./errors";

const EXPLAINED = [
  "AccessDenied",
  "InsufficientEncryptionPolicy",
  "InsufficientS3BucketPolicy",
  "InsufficientSnsTopicPolicy",
] as const;

/** Address of the explanation; undefined when there is none for this error. */
export function explainHref(error: unknown): string | undefined {
  if (!isCode(error, ...EXPLAINED)) return undefined;
  const { requestId } = failureOf(error);
  return requestId ? `#/cloudtrail/events?request=${encodeURIComponent(requestId)}` : undefined;
}
