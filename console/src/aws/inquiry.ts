// Questions to the server's own service: is a trail's delivery intact, what would a policy stop,
// what is wrong with a policy.
import type { Clients } from "./clients";
import type { Denial } from "./explain";
import { callShoseki } from "./shoseki";

export type Verdict = "VALID" | "INVALID" | "UNREADABLE" | "NOTHING";

export interface Counts {
  Valid: number;
  Invalid: number;
  Unreadable: number;
}

/** The results of the events of a region. */
export interface Section {
  Region: string;
  Verdict: Verdict;
  IsDone: boolean;
  Digests: Counts;
  BackfillDigests: Counts;
  LogFiles: Counts;
  ExtraFiles: number;
  PendingLogFiles: number;
  /** Seconds since 1970. */
  NewestDigest?: number;
}

/** What is wrong with a file, or with a folder. */
export interface Finding {
  Region: string;
  Kind: string;
  Code: string;
  Bucket?: string;
  Key?: string;
  Message: string;
}

export interface Validation {
  Verdict: Verdict;
  /** Seconds since 1970. */
  StartTime: number;
  EndTime: number;
  Regions: Section[];
  Findings: Finding[];
  FindingsLeftOut?: number;
  Warnings: string[];
  /** From 0 to 1. */
  Progress: number;
  NextToken?: string;
}

/**
 * Validates a trail's files since `start`, call by call, and hands on what is known after each.
 * Findings of all calls are put together.
 */
export async function validateTrail(
  clients: Clients,
  { name, start }: { name: string; start: Date },
  onStep: (so: Validation) => void,
  signal: AbortSignal,
): Promise<void> {
  let input: object = { Name: name, StartTime: start.getTime() / 1000 };
  let findings: Finding[] = [];
  let warnings: string[] = [];
  let leftOut = 0;
  for (;;) {
    const answer = await callShoseki<Validation>(clients, "ValidateTrail", input, signal);
    findings = [...findings, ...answer.Findings];
    warnings = [...new Set([...warnings, ...answer.Warnings])];
    leftOut += answer.FindingsLeftOut ?? 0;
    onStep({ ...answer, Findings: findings, Warnings: warnings, FindingsLeftOut: leftOut });
    if (!answer.NextToken) return;
    input = { Name: name, NextToken: answer.NextToken };
  }
}

/** A logging trail that a policy would stop. */
export interface Stopped {
  TrailARN: string;
  Name: string;
  /** Absent when the key could not be used at all. */
  Denial?: Denial;
}

export interface Proposal {
  Bucket?: string;
  KeyArn?: string;
  /** Absent: the bucket's policy is deleted, or the key can no longer be used. */
  Policy?: string;
}

/** The trails that a proposal would stop. */
export async function forecast(clients: Clients, proposal: Proposal, signal?: AbortSignal): Promise<Stopped[]> {
  const answer = await callShoseki<{ Stopped: Stopped[] }>(clients, "ForecastDeliveries", proposal, signal);
  return answer.Stopped;
}

export type PolicyKind = "Bucket" | "Key" | "Trust" | "Managed" | "Inline";

export interface PolicyFinding {
  Code: "MALFORMED" | "UNKNOWN_CONDITION_KEY" | "ARN_EXPECTED" | "NO_SUCH_PRINCIPAL";
  Statement?: string;
  Key?: string;
  Value?: string;
  Message?: string;
}

export async function reviewPolicy(
  clients: Clients,
  input: { Kind: PolicyKind; Document: string; Bucket?: string },
  signal: AbortSignal,
): Promise<PolicyFinding[]> {
  const answer = await callShoseki<{ Findings: PolicyFinding[] }>(clients, "ReviewPolicy", input, signal);
  return answer.Findings;
}
