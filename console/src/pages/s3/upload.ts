// Puts a file into a bucket: whole when small, in parts when large, with progress.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  type StorageClass,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

/** From this size on a file goes in parts of this size. */
const PART_BYTES = 16 * 1024 * 1024;
const PARALLEL = 4;

export interface Target {
  s3: S3Client;
  bucket: string;
  key: string;
  storageClass: StorageClass;
}

/** `onProgress` gets the bytes that have arrived. Aborting leaves nothing behind. */
export async function uploadFile(
  { s3, bucket, key, storageClass }: Target,
  file: File,
  onProgress: (bytes: number) => void,
  abortSignal: AbortSignal,
): Promise<void> {
  const place = { Bucket: bucket, Key: key };
  // The default is not sent, as in every other client.
  const StorageClass = storageClass === "STANDARD" ? undefined : storageClass;
  const about = { ContentType: file.type || undefined, StorageClass };
  if (file.size < PART_BYTES) {
    const Body = new Uint8Array(await file.arrayBuffer());
    await s3.send(new PutObjectCommand({ ...place, Body, ...about }), { abortSignal });
    onProgress(file.size);
    return;
  }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...place, ...about }), { abortSignal });
  const count = Math.ceil(file.size / PART_BYTES);
  const parts: { ETag?: string; PartNumber: number }[] = [];
  let next = 0;
  let sent = 0;
  const work = async () => {
    while (next < count) {
      const at = next;
      next += 1;
      const slice = file.slice(at * PART_BYTES, (at + 1) * PART_BYTES);
      const Body = new Uint8Array(await slice.arrayBuffer());
      const PartNumber = at + 1;
      const { ETag } = await s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body }), { abortSignal });
      parts.push({ ETag, PartNumber });
      sent += slice.size;
      onProgress(sent);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, work));
    const Parts = parts.sort((a, b) => a.PartNumber - b.PartNumber);
    await s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }), { abortSignal });
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined);
    throw error;
  }
}
