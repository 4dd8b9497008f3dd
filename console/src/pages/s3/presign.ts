// Addresses of objects with a signature (Version 4): anyone with such an address can read the object until it
// expires.
import type { S3Client } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { apiOrigin } from "../../aws/place";
import { encodedKey } from "./paths";

/** Source: SigV4, "Query string authentication": at most seven days. */
export const PRESIGNED_MAX_S = 7 * 24 * 3600;

export interface Place {
  bucket: string;
  key: string;
  versionId?: string;
}

/** The address without a signature. */
export function objectUrl({ bucket, key, versionId }: Place): string {
  const query = versionId ? `?versionId=${encodeURIComponent(versionId)}` : "";
  return `${apiOrigin()}/${bucket}/${encodedKey(key)}${query}`;
}

/** The address with a signature of the signed-in user, good for `seconds` or as long as the session's credentials. */
export async function presignedUrl(s3: S3Client, place: Place, seconds: number): Promise<string> {
  const { credentials, sha256, region } = s3.config;
  const signer = new SignatureV4({ service: "s3", region, credentials, sha256, uriEscapePath: false });
  const url = new URL(objectUrl(place));
  const signed = await signer.presign(
    {
      method: "GET",
      protocol: url.protocol,
      hostname: url.hostname,
      port: url.port ? Number(url.port) : undefined,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    },
    { expiresIn: Math.min(seconds, PRESIGNED_MAX_S) },
  );
  const query = Object.entries(signed.query ?? {}).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return `${url.origin}${url.pathname}?${query.join("&")}`;
}
