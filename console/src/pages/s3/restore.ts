// Brings back what a version holds: a deleted object by taking its marker away, an older version by
// copying it to the front. Source: S3 User Guide, "Restoring previous versions".
import { CopyObjectCommand, DeleteObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Row } from "./listing";
import { encodedKey } from "./paths";

/** True of the marker that hides an object, and of every version that is not the newest. */
export function isRestorable(row: Row | undefined): boolean {
  if (row?.versionId === undefined) return false;
  return row.kind === "marker" ? row.isLatest === true : row.isLatest !== true;
}

export async function restore(s3: S3Client, Bucket: string, { key, kind, versionId }: Row): Promise<void> {
  if (kind === "marker") {
    await s3.send(new DeleteObjectCommand({ Bucket, Key: key, VersionId: versionId }));
    return;
  }
  const CopySource = `${Bucket}/${encodedKey(key)}?versionId=${encodeURIComponent(versionId ?? "")}`;
  await s3.send(new CopyObjectCommand({ Bucket, Key: key, CopySource }));
}
