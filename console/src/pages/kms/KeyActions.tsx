// What can be done to a key: enable, disable, schedule its deletion, take that back.
import { CancelKeyDeletionCommand, EnableKeyCommand } from "@aws-sdk/client-kms";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { DisableKey, ScheduleDeletion } from "./KeyDialogs";
import type { KeyRow } from "./model";

type Action = "enable" | "disable" | "schedule" | "cancel";

interface Props {
  keyRow: KeyRow | undefined;
  onDone: () => void;
}

export function KeyActions({ keyRow, onDone }: Props) {
  const { kms } = useClients();
  const flash = useFlash();
  const [asking, setAsking] = useState<Action>();
  const state = keyRow?.KeyState;
  const name = keyRow?.aliases[0] ?? keyRow?.KeyId ?? "";
  const done = () => {
    setAsking(undefined);
    flash.success(t("common.edited.flash", { name }));
    onDone();
  };
  const send = async (action: Action) => {
    if (!keyRow) return;
    const KeyId = keyRow.KeyId;
    try {
      if (action === "enable") await kms.send(new EnableKeyCommand({ KeyId }));
      else await kms.send(new CancelKeyDeletionCommand({ KeyId }));
      done();
    } catch (error) {
      flash.error(t("common.editFailed", { name }), error);
    }
  };
  return (
    <>
      <ButtonDropdown
        disabled={!keyRow}
        onItemClick={({ detail }) => {
          const action = detail.id as Action;
          if (action === "disable" || action === "schedule") setAsking(action);
          else void send(action);
        }}
        items={[
          { id: "enable", text: t("kms.action.enable"), disabled: state !== "Disabled" },
          { id: "disable", text: t("kms.action.disable"), disabled: state !== "Enabled" },
          { id: "schedule", text: t("kms.action.schedule"), disabled: state === "PendingDeletion" },
          { id: "cancel", text: t("kms.action.cancelDeletion"), disabled: state !== "PendingDeletion" },
        ]}
      >
        {t("kms.actions")}
      </ButtonDropdown>
      {keyRow && asking === "disable" && (
        <DisableKey keyRow={keyRow} onDone={done} onDismiss={() => setAsking(undefined)} />
      )}
      {keyRow && asking === "schedule" && (
        <ScheduleDeletion keyRow={keyRow} onDone={done} onDismiss={() => setAsking(undefined)} />
      )}
    </>
  );
}
