// Keys as the pages use them: the result of DescribeKey, with the aliases.
import {
  DescribeKeyCommand,
  type KMSClient,
  type KeyMetadata,
  ListAliasesCommand,
  ListKeysCommand,
} from "@aws-sdk/client-kms";
import { everyPage } from "../../aws/useQuery";
import { type MessageKey, t } from "../../i18n";

export interface KeyRow extends KeyMetadata {
  KeyId: string;
  /** Without `alias/`, sorted. */
  aliases: string[];
}

/** An alias as every list shows it: without its prefix. */
export function bareAlias(name: string): string {
  return name.replace(/^alias\//, "");
}

async function aliasesByKey(kms: KMSClient, abortSignal: AbortSignal): Promise<Map<string, string[]>> {
  const all = await everyPage(
    (Marker) => kms.send(new ListAliasesCommand({ Marker }), { abortSignal }),
    (answer) => (answer.Truncated ? answer.NextMarker : undefined),
    (answer) => answer.Aliases,
  );
  const byKey = new Map<string, string[]>();
  for (const { AliasName = "", TargetKeyId } of all) {
    if (TargetKeyId) byKey.set(TargetKeyId, [...(byKey.get(TargetKeyId) ?? []), bareAlias(AliasName)].sort());
  }
  return byKey;
}

/** All keys of one manager, by first alias. Keys that may not be described are shown by their id. */
export async function loadKeys(kms: KMSClient, manager: "CUSTOMER" | "AWS", signal: AbortSignal): Promise<KeyRow[]> {
  const [aliases, keys] = await Promise.all([
    aliasesByKey(kms, signal),
    everyPage(
      (Marker) => kms.send(new ListKeysCommand({ Marker }), { abortSignal: signal }),
      (answer) => (answer.Truncated ? answer.NextMarker : undefined),
      (answer) => answer.Keys,
    ),
  ]);
  const rows = await Promise.all(
    keys.map(async ({ KeyId = "", KeyArn }): Promise<KeyRow> => {
      const own = { KeyId, Arn: KeyArn, aliases: aliases.get(KeyId) ?? [] };
      try {
        const { KeyMetadata: facts } = await kms.send(new DescribeKeyCommand({ KeyId }), { abortSignal: signal });
        return { ...own, ...facts, KeyId };
      } catch {
        return own;
      }
    }),
  );
  return rows
    .filter(({ KeyManager }) => (KeyManager ?? "CUSTOMER") === manager)
    .sort((a, b) => (a.aliases[0] ?? "~").localeCompare(b.aliases[0] ?? "~"));
}

/** One key with its aliases. */
export async function loadKey(kms: KMSClient, id: string, signal: AbortSignal): Promise<KeyRow> {
  const [answer, aliases] = await Promise.all([
    kms.send(new DescribeKeyCommand({ KeyId: id }), { abortSignal: signal }),
    aliasesByKey(kms, signal),
  ]);
  const facts = answer.KeyMetadata ?? { KeyId: id };
  const KeyId = facts.KeyId ?? id;
  return { ...facts, KeyId, aliases: aliases.get(KeyId) ?? [] };
}

export function usageText(usage: string | undefined): string {
  return usage === "ENCRYPT_DECRYPT" ? t("kms.usage.encrypt") : (usage ?? "–");
}

export function regionalityText(multiRegion: boolean | undefined): string {
  return multiRegion ? t("kms.regionality.multi") : t("kms.regionality.single");
}

export function originText(origin: string | undefined): string {
  return origin === "AWS_KMS" ? t("kms.origin.kms") : (origin ?? "–");
}

const MATERIAL_STATES: Readonly<Record<string, MessageKey>> = {
  CURRENT: "kms.material.current",
  NON_CURRENT: "kms.material.nonCurrent",
  PENDING_ROTATION: "kms.material.pendingRotation",
  PENDING_MULTI_REGION_IMPORT_AND_ROTATION: "kms.material.pendingImport",
};

export function materialStateText(state: string | undefined): string {
  const key = MATERIAL_STATES[state ?? ""];
  return key ? t(key) : (state ?? "–");
}

const ROTATION_TYPES: Readonly<Record<string, MessageKey>> = {
  AUTOMATIC: "kms.rotation.type.automatic",
  ON_DEMAND: "kms.rotation.type.onDemand",
};

export function rotationTypeText(type: string | undefined): string {
  const key = ROTATION_TYPES[type ?? ""];
  return key ? t(key) : (type ?? "–");
}
