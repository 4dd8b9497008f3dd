// Addresses of buckets and objects. Every part of a key is encoded by itself.
import { printable } from "../../i18n/printable";

export function encodedKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}

export function bucketHref(name: string, tab?: string, prefix?: string): string {
  const search = new URLSearchParams();
  if (tab) search.set("tab", tab);
  if (prefix) search.set("prefix", prefix);
  const query = search.toString();
  return `#/s3/buckets/${encodeURIComponent(name)}${query ? `?${query}` : ""}`;
}

export function objectHref(bucket: string, key: string, versionId?: string): string {
  const query = versionId ? `?versionId=${encodeURIComponent(versionId)}` : "";
  return `#/s3/object/${encodeURIComponent(bucket)}/${encodedKey(key)}${query}`;
}

export function uploadHref(bucket: string, prefix: string): string {
  return `#/s3/upload/${encodeURIComponent(bucket)}/${encodedKey(prefix)}`;
}

/** The folders that lead to a prefix, as breadcrumbs. */
export function folderCrumbs(bucket: string, prefix: string): { text: string; href: string }[] {
  const parts = prefix.split("/").slice(0, -1);
  return parts.map((text, at) => ({
    text: `${printable(text)}/`,
    href: bucketHref(bucket, "objects", `${parts.slice(0, at + 1).join("/")}/`),
  }));
}

/** True inside a trail's folder: days and files are listed from the newest on. */
export function isLogFolder(prefix: string): boolean {
  return /(^|\/)AWSLogs\/(o-[a-z0-9]+\/)?\d{12}\/CloudTrail(-Digest)?\/[a-z0-9-]+\//.test(prefix);
}

/** The last part of a key, with its slash when it is a folder. */
export function shortName(key: string): string {
  return key.replace(/^.*\/(?=[^/]+\/?$)/s, "");
}

/** The same for people to read. */
export function shownName(key: string): string {
  return printable(shortName(key));
}
