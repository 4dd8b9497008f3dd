// The names of what the account has, for the search box: buckets, keys, trails, users.
import { DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import { ListUsersCommand } from "@aws-sdk/client-iam";
import { ListAliasesCommand } from "@aws-sdk/client-kms";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import type { Clients } from "../aws/clients";
import { currentSession } from "../aws/session";
import { everyPage } from "../aws/useQuery";
import type { MessageKey } from "../i18n";

export interface Named {
  name: string;
  href: string;
  kind: MessageKey;
}

/** So long what was listed is good enough; each list is an event. */
const KEPT_MS = 60_000;
const PAGES_MAX = 10;

function pages<P, T>(page: (marker: string | undefined) => Promise<P>, next: (answer: P) => string | undefined, items: (answer: P) => readonly T[] | undefined) {
  let count = 0;
  return everyPage(page, (answer) => ((count += 1) < PAGES_MAX ? next(answer) : undefined), items);
}

async function buckets({ s3 }: Clients): Promise<Named[]> {
  const all = await pages(
    (ContinuationToken) => s3.send(new ListBucketsCommand({ ContinuationToken, MaxBuckets: 1000 })),
    (answer) => answer.ContinuationToken,
    (answer) => answer.Buckets,
  );
  return all.map(({ Name = "" }) => ({ name: Name, href: `/s3/buckets/${encodeURIComponent(Name)}`, kind: "search.kind.bucket" }));
}

async function keys({ kms }: Clients): Promise<Named[]> {
  const all = await pages(
    (Marker) => kms.send(new ListAliasesCommand({ Marker })),
    (answer) => (answer.Truncated ? answer.NextMarker : undefined),
    (answer) => answer.Aliases,
  );
  return all
    .filter(({ TargetKeyId }) => TargetKeyId)
    .map(({ AliasName = "", TargetKeyId = "" }) => ({
      name: AliasName.replace(/^alias\//, ""),
      href: `/kms/keys/${encodeURIComponent(TargetKeyId)}`,
      kind: "search.kind.key",
    }));
}

async function trails({ cloudtrail }: Clients): Promise<Named[]> {
  const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}));
  return trailList.map(({ Name = "", TrailARN = "" }) => ({
    name: Name,
    href: `/cloudtrail/trails/${encodeURIComponent(TrailARN)}`,
    kind: "search.kind.trail",
  }));
}

async function users({ iam }: Clients): Promise<Named[]> {
  const all = await pages(
    (Marker) => iam.send(new ListUsersCommand({ Marker })),
    (answer) => answer.Marker,
    (answer) => answer.Users,
  );
  return all.map(({ UserName = "" }) => ({ name: UserName, href: `/iam/users/${encodeURIComponent(UserName)}`, kind: "search.kind.user" }));
}

let kept: { of: string; at: number; names: Promise<Named[]> } | undefined;

/** All names that the caller may list; a list that is refused is left out. */
export function loadNames(clients: Clients): Promise<Named[]> {
  const of = `${currentSession()?.arn ?? ""} ${clients.region}`;
  if (kept?.of === of && Date.now() - kept.at < KEPT_MS) return kept.names;
  const lists = [buckets, keys, trails, users].map((list) => list(clients).catch((): Named[] => []));
  kept = { of, at: Date.now(), names: Promise.all(lists).then((all) => all.flat()) };
  return kept.names;
}
