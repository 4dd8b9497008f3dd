// A key's description, and the way to change it.
import { UpdateKeyDescriptionCommand } from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { t } from "../../i18n";
import type { KeyRow } from "./model";

export function Description({ row, editable, onChange }: { row: KeyRow; editable: boolean; onChange: () => void }) {
  const { kms } = useClients();
  const [text, setText] = useState<string>();
  const save = useAction(async () => {
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId: row.KeyId, Description: text }));
    setText(undefined);
    onChange();
  });
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
      <Textarea value={text} rows={2} ariaLabel={t("kms.key.description")} onChange={({ detail }) => setText(detail.value)} />
      <SpaceBetween size="xs" direction="horizontal">
        <Button loading={save.busy} disabled={text.length > 8192} onClick={() => void save.run()}>
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
