// What making an access key asks and hands out.
import type { AccessKey } from "@aws-sdk/client-iam";

/** Source: IAM User Guide, "Manage access keys for IAM users": what the console asks the key is for. */
export const USE_CASES = ["cli", "local", "compute", "thirdParty", "outside", "other"] as const;
export type UseCase = (typeof USE_CASES)[number];

/** Source: IAM API Reference, `Tag`: the description is kept as the value of a tag of the user. */
const DESCRIPTION_MAX = 256;
const DESCRIPTION = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export function isDescription(text: string): boolean {
  return text.length <= DESCRIPTION_MAX && DESCRIPTION.test(text);
}

export function csv({ AccessKeyId, SecretAccessKey }: AccessKey): string {
  return `Access key ID,Secret access key\n${AccessKeyId},${SecretAccessKey}\n`;
}

/** The user's keys are in a file that is named after the user, the root user's are not. */
export function csvName(user: string | undefined): string {
  return user === undefined ? "rootkey.csv" : `${user}_accessKeys.csv`;
}

/** A profile for `~/.aws/config` that finds this server. */
export function profile(name: string, region: string, endpoint: string): string {
  return `[profile ${name}]\nregion = ${region}\nendpoint_url = ${endpoint}\n`;
}
