// The storage classes of objects, as the API and as people name them.
import type { StorageClass } from "@aws-sdk/client-s3";
import { type MessageKey, t } from "../../i18n";

/** What an upload may ask for, in the order of AWS's page. */
export const STORAGE_CLASSES = [
  "STANDARD",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
  "REDUCED_REDUNDANCY",
] as const satisfies readonly StorageClass[];
export type UploadClass = (typeof STORAGE_CLASSES)[number];

/** Objects of these are read only after they were restored, which this server does not do. */
export const ARCHIVES: ReadonlySet<string> = new Set<UploadClass>(["GLACIER", "DEEP_ARCHIVE"]);

/** Its name; one that is not known stays as the API writes it. */
export function storageClassText(value: string | undefined): string {
  const known = STORAGE_CLASSES.find((one) => one === (value ?? "STANDARD"));
  return known ? t(`s3.class.${known}` satisfies MessageKey) : String(value);
}
