// Dialogs before a key stops working: they name the trails that depend on it.
import { DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import { DisableKeyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ForecastStops } from "../../components/ForecastStops";
import { t } from "../../i18n";
import type { KeyRow } from "./model";

interface Props {
  keyRow: KeyRow;
  onDone: () => void;
  onDismiss: () => void;
}

/** The trails that encrypt with the key, as a sentence; nothing when there are none. */
function Dependants({ keyRow }: { keyRow: KeyRow }) {
  const { cloudtrail } = useClients();
  const trails = useQuery(
    async (abortSignal) => {
      const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}), { abortSignal });
      return trailList.filter(({ KmsKeyId }) => KmsKeyId === keyRow.Arn).map(({ Name = "" }) => Name);
    },
    [cloudtrail, keyRow.Arn],
  );
  if (!trails.data?.length) return null;
  return <Box fontWeight="bold">{t("kms.dependants.trails", { names: trails.data.join(", ") })}</Box>;
}

export function DisableKey({ keyRow, onDone, onDismiss }: Props) {
  const { kms } = useClients();
  return (
    <ConfirmDelete
      title={t("kms.disable.title")}
      word=""
      action={t("kms.action.disable")}
      onDismiss={onDismiss}
      onConfirm={async () => {
        await kms.send(new DisableKeyCommand({ KeyId: keyRow.KeyId }));
        onDone();
      }}
    >
      <SpaceBetween size="xs">
        <span>{t("kms.disable.text", { id: keyRow.KeyId })}</span>
        <Dependants keyRow={keyRow} />
        <ForecastStops proposal={{ KeyArn: keyRow.Arn }} />
      </SpaceBetween>
    </ConfirmDelete>
  );
}

/** Source: KMS waits 7 to 30 days. */
function validDays(text: string): number | undefined {
  const days = Number(text);
  return Number.isInteger(days) && days >= 7 && days <= 30 ? days : undefined;
}

export function ScheduleDeletion({ keyRow, onDone, onDismiss }: Props) {
  const { kms } = useClients();
  const [text, setText] = useState("30");
  const [sure, setSure] = useState(false);
  const days = validDays(text);
  return (
    <ConfirmDelete
      title={t("kms.schedule.title")}
      action={t("kms.schedule.button")}
      word=""
      isReady={sure && days !== undefined}
      onDismiss={onDismiss}
      onConfirm={async () => {
        await kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyRow.KeyId, PendingWindowInDays: days }));
        onDone();
      }}
    >
      {(showProblems) => (
        <SpaceBetween size="s">
          <span>{t("kms.schedule.text", { id: keyRow.KeyId })}</span>
          <Dependants keyRow={keyRow} />
          <ForecastStops proposal={{ KeyArn: keyRow.Arn }} />
          <FormField label={t("kms.schedule.days")} errorText={days ? undefined : t("kms.schedule.daysRange")}>
            <Input type="number" inputMode="numeric" value={text} onChange={({ detail }) => setText(detail.value)} />
          </FormField>
          <FormField errorText={showProblems && !sure ? t("common.required") : undefined}>
            <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>
              {t("kms.schedule.sure", { days: days ?? "–" })}
            </Checkbox>
          </FormField>
        </SpaceBetween>
      )}
    </ConfirmDelete>
  );
}
