// Why a call was refused: the decision of the policy engine, which the server keeps for a day.
import type { Clients } from "./clients";
import { failureOf, isCode } from "./errors";
import { callShoseki } from "./shoseki";

/** A statement that applied to the refused request. */
export interface MatchedPolicy {
  name: string;
  arn?: string;
  /** The statement's `Sid`, or its position counted from zero. */
  statement: string;
  effect: "Allow" | "Deny";
}

export interface Check {
  checkType: string;
  evaluatedEffect: string;
  matchedPolicies: MatchedPolicy[];
}

/** A statement that would have allowed the request, were it not for these conditions. */
export interface NearMiss {
  layer: string;
  by: MatchedPolicy;
  conditions: { operator: string; key: string; expected: string[]; found: string[] }[];
}

export interface Denial {
  Principal: string;
  Action: string;
  Resource: string;
  Message: string;
  Reason: { kind: string; layer?: string; by?: MatchedPolicy };
  Checks: Check[];
  NearMisses: NearMiss[] | null;
}

const EXPLAINED = [
  "AccessDenied",
  "InsufficientEncryptionPolicy",
  "InsufficientS3BucketPolicy",
  "InsufficientSnsTopicPolicy",
] as const;

/** The request whose refusal can be explained; undefined when the error is no refusal. */
export function explainedRequest(error: unknown): string | undefined {
  return isCode(error, ...EXPLAINED) ? failureOf(error).requestId : undefined;
}

/** Address of the event of a request. */
export function eventHref(requestId: string): string {
  return `#/cloudtrail/events?request=${encodeURIComponent(requestId)}`;
}

/** The refusals of a request, in the order in which they were decided. */
export async function explain(clients: Clients, requestId: string, signal: AbortSignal): Promise<Denial[]> {
  try {
    const input = { RequestId: requestId };
    const answer = await callShoseki<{ Denials?: Denial[] }>(clients, "ExplainDenial", input, signal);
    return answer.Denials ?? [];
  } catch (error) {
    if (isCode(error, "ResourceNotFound")) return [];
    throw error;
  }
}
