// Reads a log file or a digest that a trail delivered: gzip around JSON.
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** The maximum number of inflated bytes: an untrusted file must not fill the memory. */
const BYTES_MAX = 256 * 1024 * 1024;

async function inflate(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const reader = stream.pipeThrough(new DecompressionStream("gzip")).getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > BYTES_MAX) throw new Error(`The file has more than ${BYTES_MAX} bytes when inflated.`);
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * The bytes as they are stored. A browser inflates content declared as gzip: the SDK then computes
 * another checksum, and a download would not be the file.
 */
export function storedBytes(Bucket: string, Key: string, VersionId?: string): GetObjectCommand {
  return new GetObjectCommand({ Bucket, Key, VersionId, ResponseContentEncoding: "identity" });
}

/** The JSON inside. */
export async function readJson(s3: S3Client, Bucket: string, Key: string, abortSignal: AbortSignal): Promise<unknown> {
  const { Body } = await s3.send(storedBytes(Bucket, Key), { abortSignal });
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = packed ? await inflate(new Blob([bytes.slice().buffer]).stream()) : new TextDecoder().decode(bytes);
  return JSON.parse(text) as unknown;
}
