// What is under a prefix: folders and objects, or folders and all versions of the objects.
import { ListObjectVersionsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { everyPage } from "../../aws/useQuery";
import { isLogFolder } from "./paths";

export interface Row {
  /** Of the row, not of the object: a key has many versions. */
  id: string;
  key: string;
  kind: "folder" | "object" | "marker";
  modified?: Date;
  size?: number;
  storageClass?: string;
  /** Only where versions are listed. */
  versionId?: string;
  isLatest?: boolean;
}

const folder = ({ Prefix = "" }: { Prefix?: string }): Row => ({ id: Prefix, key: Prefix, kind: "folder" });

async function objects(s3: S3Client, Bucket: string, Prefix: string, abortSignal: AbortSignal): Promise<Row[]> {
  return everyPage(
    (ContinuationToken) => s3.send(new ListObjectsV2Command({ Bucket, Prefix, Delimiter: "/", ContinuationToken }), { abortSignal }),
    (answer) => answer.NextContinuationToken,
    (answer) => [
      ...(answer.CommonPrefixes ?? []).map(folder),
      ...(answer.Contents ?? []).map(
        ({ Key = "", LastModified, Size, StorageClass }): Row => ({
          id: Key,
          key: Key,
          kind: "object",
          modified: LastModified,
          size: Size,
          storageClass: StorageClass,
        }),
      ),
    ],
  );
}

interface Marker {
  KeyMarker?: string;
  VersionIdMarker?: string;
}

async function versions(s3: S3Client, Bucket: string, Prefix: string, abortSignal: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  let marker: Marker | undefined = {};
  while (marker) {
    const page: import("@aws-sdk/client-s3").ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ Bucket, Prefix, Delimiter: "/", ...marker }),
      { abortSignal },
    );
    rows.push(...(page.CommonPrefixes ?? []).map(folder));
    for (const { Key = "", VersionId = "", LastModified, Size, StorageClass, IsLatest } of page.Versions ?? []) {
      rows.push({ id: `${Key} ${VersionId}`, key: Key, kind: "object", modified: LastModified, size: Size, storageClass: StorageClass, versionId: VersionId, isLatest: IsLatest });
    }
    for (const { Key = "", VersionId = "", LastModified, IsLatest } of page.DeleteMarkers ?? []) {
      rows.push({ id: `${Key} ${VersionId}`, key: Key, kind: "marker", modified: LastModified, versionId: VersionId, isLatest: IsLatest });
    }
    marker = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  }
  return rows;
}

const newestFirst = (a: Row, b: Row) =>
  (b.modified?.getTime() ?? 0) - (a.modified?.getTime() ?? 0) || (a.key < b.key ? 1 : a.key > b.key ? -1 : 0);

/** By name, and the versions of a name with the newest first; the folders of a trail with the newest first. */
export function arranged(rows: readonly Row[], prefix: string): Row[] {
  const byName = (a: Row, b: Row) => (a.key < b.key ? -1 : a.key > b.key ? 1 : newestFirst(a, b));
  const folders = rows.filter(({ kind }) => kind === "folder");
  const files = rows.filter(({ kind, key }) => kind !== "folder" && key !== prefix);
  return isLogFolder(prefix) ? [...folders.sort(newestFirst), ...files.sort(newestFirst)] : [...folders.sort(byName), ...files.sort(byName)];
}

export async function listing(s3: S3Client, bucket: string, prefix: string, all: boolean, signal: AbortSignal): Promise<Row[]> {
  return arranged(await (all ? versions : objects)(s3, bucket, prefix, signal), prefix);
}
