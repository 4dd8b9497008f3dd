// A trail as the forms hold it, the rules for its fields, and what it becomes on the wire.
import type { EventSelector } from "@aws-sdk/client-cloudtrail";
import { uuid4 } from "../../../aws/uuid";
import type { Tag } from "../../../components/tags";
import type { MessageKey } from "../../../i18n";

export interface Draft {
  name: string;
  storage: "new" | "existing";
  bucket: string;
  prefix: string;
  encrypt: boolean;
  keyKind: "new" | "existing";
  /** Key ARN, key ID or alias of an existing key. */
  key: string;
  /** The policy of an existing key gets the statement that it lacks. */
  addKeyStatement: boolean;
  /** Alias of a new key, without `alias/`. */
  newAlias: string;
  validation: boolean;
  tags: Tag[];
  tagsValid: boolean;
  management: boolean;
  read: boolean;
  write: boolean;
  excludeKms: boolean;
  excludeRds: boolean;
  data: boolean;
  dataRead: boolean;
  dataWrite: boolean;
  /** Bucket ARNs, with an optional key prefix; empty means all buckets. */
  dataArns: string[];
  /** Stable over previews, so that what was shown is what is written. */
  statementIds: readonly [string, string];
}

export type Field = "name" | "bucket" | "prefix" | "key" | "newAlias" | "tags" | "events" | "api" | "data";
export type Problems = Partial<Record<Field, MessageKey>>;

export function newDraft(account: string): Draft {
  const suffix = uuid4().slice(0, 8);
  return {
    name: "",
    storage: "new",
    bucket: `aws-cloudtrail-logs-${account}-${suffix}`,
    prefix: "",
    encrypt: true,
    keyKind: "new",
    key: "",
    addKeyStatement: true,
    newAlias: "",
    validation: true,
    tags: [],
    tagsValid: true,
    management: true,
    read: true,
    write: true,
    excludeKms: false,
    excludeRds: false,
    data: false,
    dataRead: true,
    dataWrite: true,
    dataArns: [],
    statementIds: [uuid4(), uuid4()],
  };
}

/** Source: CloudTrail User Guide, "Naming requirements": 3 to 128 characters. */
export function nameProblem(name: string): MessageKey | undefined {
  if (name === "") return "common.required";
  if (name.length < 3 || name.length > 128) return "trail.problem.nameLength";
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return "trail.problem.nameCharacters";
  if (!/^[A-Za-z0-9].*[A-Za-z0-9]$/.test(name)) return "trail.problem.nameEnds";
  if (/[._-]{2}/.test(name)) return "trail.problem.nameAdjacent";
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return "trail.problem.nameAddress";
  return undefined;
}

/** Source: S3 User Guide, "Bucket naming rules". */
function bucketProblem(name: string, isNew: boolean): MessageKey | undefined {
  if (name === "") return "common.required";
  const valid = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");
  return valid || !isNew ? undefined : "trail.problem.bucketName";
}

export function attributeProblems(draft: Draft): Problems {
  const problems: Problems = {
    name: nameProblem(draft.name),
    bucket: bucketProblem(draft.bucket, draft.storage === "new"),
    prefix: draft.prefix.length > 200 || draft.prefix.startsWith("/") ? "trail.problem.prefix" : undefined,
    tags: draft.tagsValid ? undefined : "trail.problem.tags",
  };
  if (draft.encrypt && draft.keyKind === "existing" && draft.key === "") problems.key = "common.required";
  if (draft.encrypt && draft.keyKind === "new") {
    if (draft.newAlias === "") problems.newAlias = "common.required";
    else if (!/^[A-Za-z0-9/_-]{1,250}$/.test(draft.newAlias) || draft.newAlias.startsWith("aws/")) {
      problems.newAlias = "trail.problem.alias";
    }
  }
  return problems;
}

export function eventProblems(draft: Draft): Problems {
  return {
    events: draft.management || draft.data ? undefined : "trail.problem.noEvents",
    api: draft.management && !draft.read && !draft.write ? "trail.problem.noApi" : undefined,
    data: draft.data && !draft.dataRead && !draft.dataWrite ? "trail.problem.noApi" : undefined,
  };
}

export function hasProblem(problems: Problems): boolean {
  return Object.values(problems).some((problem) => problem !== undefined);
}

function readWrite(read: boolean, write: boolean): "All" | "ReadOnly" | "WriteOnly" {
  return read && write ? "All" : read ? "ReadOnly" : "WriteOnly";
}

const KMS_SOURCE = "kms.amazonaws.com";
const RDS_SOURCE = "rdsdata.amazonaws.com";
const S3_OBJECT = "AWS::S3::Object";
const ALL_BUCKETS = "arn:aws:s3";

/** The basic event selectors of a draft: one for management events, one for data events. */
export function selectorsOf(draft: Draft): EventSelector[] {
  const selectors: EventSelector[] = [];
  if (draft.management) {
    const excluded = [draft.excludeKms && KMS_SOURCE, draft.excludeRds && RDS_SOURCE].filter((one) => one !== false);
    selectors.push({
      ReadWriteType: readWrite(draft.read, draft.write),
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: excluded,
    });
  }
  if (draft.data) {
    selectors.push({
      ReadWriteType: readWrite(draft.dataRead, draft.dataWrite),
      IncludeManagementEvents: false,
      DataResources: [{ Type: S3_OBJECT, Values: draft.dataArns.length > 0 ? draft.dataArns : [ALL_BUCKETS] }],
      ExcludeManagementEventSources: [],
    });
  }
  return selectors;
}

/** The draft's event fields from a trail's basic selectors. */
export function eventsOf(selectors: readonly EventSelector[]): Partial<Draft> {
  const reads = (one: EventSelector) => one.ReadWriteType !== "WriteOnly";
  const writes = (one: EventSelector) => one.ReadWriteType !== "ReadOnly";
  const management = selectors.filter((one) => one.IncludeManagementEvents !== false);
  const data = selectors.filter((one) => (one.DataResources ?? []).length > 0);
  const excluded = management.flatMap((one) => one.ExcludeManagementEventSources ?? []);
  const arns = data.flatMap((one) => (one.DataResources ?? []).flatMap(({ Values }) => Values ?? []));
  return {
    management: management.length > 0,
    read: management.length === 0 || management.some(reads),
    write: management.length === 0 || management.some(writes),
    excludeKms: excluded.includes(KMS_SOURCE),
    excludeRds: excluded.includes(RDS_SOURCE),
    data: data.length > 0,
    dataRead: data.length === 0 || data.some(reads),
    dataWrite: data.length === 0 || data.some(writes),
    dataArns: arns.filter((arn) => arn !== ALL_BUCKETS && arn !== `${ALL_BUCKETS}:::`),
  };
}

/** `bucket/prefix/AWSLogs/account`: where log files will be. */
export function location(draft: Pick<Draft, "bucket" | "prefix">, account: string): string {
  return [draft.bucket, draft.prefix, "AWSLogs", account].filter(Boolean).join("/");
}

export function trailArn(name: string, region: string, account: string): string {
  return `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
}
