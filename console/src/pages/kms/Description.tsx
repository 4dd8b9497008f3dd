// A key's description, and the way to change it.
import { UpdateKeyDescriptionCommand } from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { useSubmit } from "../../components/useSubmit";
import { formatNumber, t } from "../../i18n";
import type { KeyRow } from "./model";

/** Source: KMS API Reference, "UpdateKeyDescription". */
const DESCRIPTION_CHARS_MAX = 8192;

export function Description({ row, editable, onChange }: { row: KeyRow; editable: boolean; onChange: () => void }) {
  const { kms } = useClients();
  const [text, setText] = useState<string>();
  const save = useAction(async () => {
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId: row.KeyId, Description: text }));
    setText(undefined);
    onChange();
  });
  const tooLong = (text?.length ?? 0) > DESCRIPTION_CHARS_MAX;
  const { submit } = useSubmit(!tooLong, () => void save.run());
  if (text === undefined) {
    return (
      <SpaceBetween size="xs" direction="horizontal" alignItems="center">
        <span>{row.Description || "–"}</span>
        {editable && (
          <Button
            variant="inline-icon"
            iconName="edit"
            ariaLabel={t("kms.description.edit")}
            onClick={() => setText(row.Description ?? "")}
          />
        )}
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween size="xs">
      <FormField stretch errorText={tooLong ? t("kms.description.long", { count: formatNumber(DESCRIPTION_CHARS_MAX) }) : undefined}>
        <Textarea value={text} rows={2} ariaLabel={t("kms.key.description")} onChange={({ detail }) => setText(detail.value)} />
      </FormField>
      <SpaceBetween size="xs" direction="horizontal">
        <Button loading={save.busy} onClick={() => submit()}>
          {t("common.save")}
        </Button>
        <Button variant="link" onClick={() => setText(undefined)}>
          {t("common.cancel")}
        </Button>
      </SpaceBetween>
      <ErrorAlert error={save.error} />
    </SpaceBetween>
  );
}
