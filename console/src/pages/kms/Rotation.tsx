// Automatic rotation, rotation on demand, and the materials there have been.
import {
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
} from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { everyPage, useQuery } from "../../aws/useQuery";
import { PartError } from "../../components/Denied";
import { ErrorAlert } from "../../components/ErrorAlert";
import { ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { type KeyRow, materialStateText, rotationTypeText } from "./model";

const DAYS = { default: 365, min: 90, max: 2560 } as const;

export function Rotation({ row, editable }: { row: KeyRow; editable: boolean }) {
  const { kms } = useClients();
  const flash = useFlash();
  const KeyId = row.KeyId;
  const status = useQuery(
    (abortSignal) => kms.send(new GetKeyRotationStatusCommand({ KeyId }), { abortSignal }),
    [kms, KeyId],
  );
  const materials = useQuery(
    (abortSignal) =>
      everyPage(
        (Marker) =>
          kms.send(new ListKeyRotationsCommand({ KeyId, Marker, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }), { abortSignal }),
        (answer) => (answer.Truncated ? answer.NextMarker : undefined),
        (answer) => answer.Rotations,
      ),
    [kms, KeyId],
  );
  const [days, setDays] = useState<string>();
  const [on, setOn] = useState<boolean>();
  const enabled = on ?? status.data?.KeyRotationEnabled ?? false;
  const period = days ?? String(status.data?.RotationPeriodInDays ?? DAYS.default);
  const valid = Number.isInteger(Number(period)) && Number(period) >= DAYS.min && Number(period) <= DAYS.max;
  const finish = () => {
    setOn(undefined);
    setDays(undefined);
    flash.success(t("common.edited.flash", { name: t("kms.rotation") }));
    status.reload();
    materials.reload();
  };
  const save = useAction(async () => {
    if (enabled) await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: Number(period) }));
    else await kms.send(new DisableKeyRotationCommand({ KeyId }));
    finish();
  });
  const { submit } = useSubmit(!enabled || valid, () => void save.run());
  const rotate = useAction(async () => {
    await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    finish();
  });
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            actions={
              editable && (
                <SpaceBetween size="xs" direction="horizontal">
                  <Button loading={rotate.busy} disabled={row.KeyState !== "Enabled"} onClick={() => void rotate.run()}>
                    {t("kms.rotation.now")}
                  </Button>
                  <Button
                    disabled={on === undefined && days === undefined}
                    loading={save.busy}
                    onClick={() => submit()}
                  >
                    {t("common.save")}
                  </Button>
                </SpaceBetween>
              )
            }
          >
            {t("kms.rotation")}
          </Header>
        }
      >
        <SpaceBetween size="m">
          <PartError error={status.error} onRetry={status.reload} />
          <ErrorAlert error={save.error ?? rotate.error} />
          <Toggle checked={enabled} disabled={!editable} onChange={({ detail }) => setOn(detail.checked)}>
            {t("kms.rotation.automatic")}
          </Toggle>
          {enabled && (
            <FormField label={t("kms.rotation.period")} errorText={valid ? undefined : t("kms.rotation.range", DAYS)}>
              <Input
                type="number"
                inputMode="numeric"
                disabled={!editable}
                value={period}
                onChange={({ detail }) => setDays(detail.value)}
              />
            </FormField>
          )}
          <KeyValuePairs
            columns={2}
            items={[{ label: t("kms.rotation.next"), value: <Time value={status.data?.NextRotationDate} /> }]}
          />
        </SpaceBetween>
      </Container>
      <ListTable
        name="kms-materials"
        query={materials}
        title={t("kms.materials")}
        trackBy={({ KeyMaterialId = "" }) => KeyMaterialId}
        empty={{ title: t("kms.materials.empty") }}
        columns={[
          {
            id: "id",
            header: t("kms.material.id"),
            minWidth: 160,
            cell: ({ KeyMaterialId }) => <span className="breakable">{KeyMaterialId}</span>,
            text: ({ KeyMaterialId = "" }) => KeyMaterialId,
            isRowHeader: true,
          },
          { id: "state", header: t("kms.key.state"), cell: ({ KeyMaterialState }) => materialStateText(KeyMaterialState) },
          { id: "date", header: t("kms.material.date"), cell: ({ RotationDate }) => <Time value={RotationDate} /> },
          { id: "type", header: t("kms.material.type"), cell: ({ RotationType }) => rotationTypeText(RotationType) },
        ]}
      />
    </SpaceBetween>
  );
}
