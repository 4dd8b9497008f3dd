// An object's bytes to the user's disk.
import type { S3Client } from "@aws-sdk/client-s3";
import { storedBytes } from "./logFile";
import { shortName } from "./paths";
import type { Place } from "./presign";

export async function saveObject(s3: S3Client, { bucket, key, versionId }: Place): Promise<void> {
  const { Body } = await s3.send(storedBytes(bucket, key, versionId));
  const bytes = await Body?.transformToByteArray();
  // Of no kind that a browser shows: under this address it would be a page of ours.
  const url = URL.createObjectURL(new Blob(bytes ? [bytes.slice().buffer] : [], { type: "application/octet-stream" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: shortName(key) });
  link.click();
  URL.revokeObjectURL(url);
}
