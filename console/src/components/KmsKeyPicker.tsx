// Chooses a KMS key: pick an alias, or paste a key ARN, key ID or alias.
import { ListAliasesCommand } from "@aws-sdk/client-kms";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { useClients } from "../aws/clients";
import { useSession } from "../aws/session";
import { everyPage, useQuery } from "../aws/useQuery";
import { t } from "../i18n";

export interface KeyChoice {
  /** The alias without `alias/`, as every list shows it. */
  alias: string;
  keyId: string;
  keyArn: string;
  managedByAws: boolean;
}

/** The aliases that have a key, sorted by name; those of AWS (`aws/…`) come last. */
export function useKeyChoices(region?: string) {
  const { kms, region: here } = useClients(region);
  const { account } = useSession();
  return useQuery(
    async (abortSignal) => {
      const aliases = await everyPage(
        (Marker) => kms.send(new ListAliasesCommand({ Marker }), { abortSignal }),
        (answer) => (answer.Truncated ? answer.NextMarker : undefined),
        (answer) => answer.Aliases,
      );
      return aliases
        .filter(({ TargetKeyId }) => TargetKeyId)
        .map(({ AliasName = "", TargetKeyId = "" }): KeyChoice => {
          const alias = AliasName.replace(/^alias\//, "");
          const keyArn = `arn:aws:kms:${here}:${account}:key/${TargetKeyId}`;
          return { alias, keyId: TargetKeyId, keyArn, managedByAws: alias.startsWith("aws/") };
        })
        .sort((a, b) => Number(a.managedByAws) - Number(b.managedByAws) || a.alias.localeCompare(b.alias));
    },
    [kms, account],
  );
}

/** The key that a typed text names: the text itself if it is an ARN, ID or alias, else an alias. */
export function keyFromText(text: string, choices: readonly KeyChoice[]): string {
  const typed = text.trim();
  const bare = typed.replace(/^alias\//, "");
  const known = choices.find(({ alias, keyId }) => alias === bare || alias === typed || keyId === typed);
  if (known) return known.keyArn;
  const verbatim = typed === "" || /^(arn:|alias\/|mrk-)/.test(typed) || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(typed);
  return verbatim ? typed : `alias/${typed}`;
}

interface Props {
  /** A key ARN when the key was chosen; otherwise what was typed. */
  value: string;
  onChange: (value: string, choice: KeyChoice | undefined) => void;
  /** Keys of this region; the region of the top bar when absent. */
  region?: string;
  /** Keys that AWS manages (`aws/s3`) are left out unless asked for. */
  withAwsManaged?: boolean;
  invalid?: boolean;
  ariaLabel?: string;
}

/** Put it in a `FormField`. */
export function KmsKeyPicker({ value, onChange, region, withAwsManaged, invalid, ariaLabel }: Props) {
  const query = useKeyChoices(region);
  const choices = useMemo(
    () => (query.data ?? []).filter(({ managedByAws }) => withAwsManaged || !managedByAws),
    [query.data, withAwsManaged],
  );
  const [text, setText] = useState<string>();
  const chosen = choices.find(({ keyArn }) => keyArn === value);
  const shown = text ?? chosen?.alias ?? value.replace(/^alias\//, "");
  const change = (next: string) => {
    setText(next);
    const key = keyFromText(next, choices);
    onChange(key, choices.find(({ keyArn }) => keyArn === key));
  };
  return (
    <SpaceBetween size="xs">
      <Autosuggest
        value={shown}
        options={choices.map(({ alias, keyArn, keyId }) => ({
          value: alias,
          description: keyArn,
          filteringTags: [keyId],
        }))}
        statusType={query.loading ? "loading" : query.error ? "error" : "finished"}
        loadingText={t("common.loading")}
        errorText={t("kmsPicker.error")}
        recoveryText={t("common.retry")}
        onLoadItems={() => query.error !== undefined && query.reload()}
        empty={t("kmsPicker.empty")}
        placeholder={t("kmsPicker.placeholder")}
        enteredTextLabel={(entered) => t("common.use", { text: entered })}
        invalid={invalid}
        ariaLabel={ariaLabel}
        onChange={({ detail }) => change(detail.value)}
      />
      <SpaceBetween size="xs" direction="horizontal">
        <Button iconName="refresh" ariaLabel={t("kmsPicker.refresh")} onClick={query.reload} />
        <Button href="#/kms/keys/create" target="_blank" iconName="external" iconAlign="right">
          {t("kmsPicker.create")}
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
