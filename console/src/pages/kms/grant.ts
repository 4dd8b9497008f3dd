// Grants as people read them.
import type { GrantConstraints, GrantListEntry } from "@aws-sdk/client-kms";

export function granteeOf({ GranteePrincipal, GranteeServicePrincipal }: GrantListEntry): string {
  return GranteePrincipal ?? GranteeServicePrincipal ?? "";
}

export function retiringOf({ RetiringPrincipal, RetiringServicePrincipal }: GrantListEntry): string {
  return RetiringPrincipal ?? RetiringServicePrincipal ?? "";
}

/** The condition as the API names it: `EncryptionContextSubset {"a":"b"}`. */
export function constraintsText(constraints: GrantConstraints | undefined): string {
  return Object.entries(constraints ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
