// A recorded event as the pages read it: what the API answers beside the record itself.
import type { Event } from "@aws-sdk/client-cloudtrail";

export interface EventRecord {
  eventTime?: string;
  eventName?: string;
  eventSource?: string;
  awsRegion?: string;
  sourceIPAddress?: string;
  userAgent?: string;
  errorCode?: string;
  errorMessage?: string;
  requestID?: string;
  eventID?: string;
  readOnly?: boolean;
  sharedEventID?: string;
  sessionCredentialFromConsole?: string;
  userIdentity?: { type?: string; arn?: string; accessKeyId?: string; userName?: string; principalId?: string };
  [member: string]: unknown;
}

export interface HistoryRow {
  id: string;
  event: Event;
  record: EventRecord;
}

export function rowOf(event: Event): HistoryRow {
  let record: EventRecord = {};
  try {
    record = JSON.parse(event.CloudTrailEvent ?? "{}") as EventRecord;
  } catch {
    // A record that is not JSON is shown with the members of the API.
  }
  return { id: event.EventId ?? "", event, record };
}

/** Whether policies refused the call: then the engine's reasons can be asked for, for a day. */
export function isRefusal({ errorCode = "" }: EventRecord): boolean {
  return /^(AccessDenied|Client\.UnauthorizedOperation|Insufficient(S3Bucket|Encryption|SnsTopic)Policy)/.test(errorCode);
}

/** Page of a resource that lives here; undefined for others. */
export function resourceHref(type: string | undefined, name: string | undefined): string | undefined {
  if (!name) return undefined;
  const last = name.split("/").pop() ?? name;
  switch (type) {
    case "AWS::KMS::Key":
      return /^(arn:|[0-9a-f-]{36}$|mrk-)/.test(name) && !name.includes(":alias/") ? `#/kms/keys/${last}` : undefined;
    case "AWS::S3::Bucket":
      return `#/s3/buckets/${encodeURIComponent(name.replace(/^arn:aws[\w-]*:s3:::/, ""))}`;
    case "AWS::CloudTrail::Trail":
      return name.startsWith("arn:") ? `#/cloudtrail/trails/${encodeURIComponent(name)}` : undefined;
    case "AWS::IAM::User":
      return `#/iam/users/${encodeURIComponent(last)}`;
    case "AWS::IAM::Role":
      return `#/iam/roles/${encodeURIComponent(last)}`;
    default:
      return undefined;
  }
}

/** Every leaf of a record by its path: `userIdentity.arn` → `arn:…`. */
export function leaves(value: unknown, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof value !== "object" || value === null) {
    found.set(path, value === null ? "null" : String(value));
    return found;
  }
  for (const [key, one] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    for (const [leaf, text] of leaves(one, at)) found.set(leaf, text);
  }
  return found;
}
