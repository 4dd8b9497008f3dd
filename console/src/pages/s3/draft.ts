// What the create-bucket page has gathered, and what is wrong with it.
import type { Tag } from "../../components/tags";
import { t } from "../../i18n";

export type Encryption = "AES256" | "aws:kms" | "aws:kms:dsse";

export interface BucketDraft {
  name: string;
  ownership: "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter";
  blockNewAcls: boolean;
  ignoreAcls: boolean;
  blockNewPolicies: boolean;
  restrictPolicies: boolean;
  /** The user acknowledges that the bucket may become public. */
  acknowledged: boolean;
  versioning: boolean;
  tags: readonly Tag[];
  tagsValid: boolean;
  encryption: Encryption;
  kmsKey: string;
  bucketKey: boolean;
  objectLock: boolean;
}

/** The defaults of AWS's page. */
export const NEW_BUCKET: BucketDraft = {
  name: "",
  ownership: "BucketOwnerEnforced",
  blockNewAcls: true,
  ignoreAcls: true,
  blockNewPolicies: true,
  restrictPolicies: true,
  acknowledged: false,
  versioning: false,
  tags: [],
  tagsValid: true,
  encryption: "AES256",
  kmsKey: "",
  bucketKey: true,
  objectLock: false,
};

export function isBlockedFully(draft: BucketDraft): boolean {
  return draft.blockNewAcls && draft.ignoreAcls && draft.blockNewPolicies && draft.restrictPolicies;
}

/** Source: S3 User Guide, "General purpose bucket naming rules". */
export function nameProblem(name: string): string | undefined {
  const taken = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|\.mrap|--table-s3)$/;
  if (name.length < 3 || name.length > 63) return t("s3.name.length");
  if (!/^[a-z0-9.-]+$/.test(name)) return t("s3.name.characters");
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name) || name.includes("..")) return t("s3.name.ends");
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name) || taken.test(name)) return t("s3.name.reserved");
  return undefined;
}

export function isReady(draft: BucketDraft): boolean {
  const keyGiven = draft.encryption === "AES256" || draft.kmsKey !== "";
  const open = isBlockedFully(draft) || draft.acknowledged;
  return nameProblem(draft.name) === undefined && draft.tagsValid && keyGiven && open;
}
