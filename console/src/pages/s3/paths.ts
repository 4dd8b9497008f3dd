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

export function objectHref(bucket: string, key: string): string {
  return `#/s3/object/${encodeURIComponent(bucket)}/${encodedKey(key)}`;
}

export function uploadHref(bucket: string, prefix: string): string {
  return `#/s3/upload/${encodeURIComponent(bucket)}/${encodedKey(prefix)}`;
}

/** The last part of a key, with its slash when it is a folder. */
export function shortName(key: string): string {
  return key.replace(/^.*\/(?=[^/]+\/?$)/s, "");
}

/** The same for people to read. */
export function shownName(key: string): string {
  return printable(shortName(key));
}
