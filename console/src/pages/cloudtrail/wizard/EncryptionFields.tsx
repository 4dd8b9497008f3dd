// Encryption of log files: on or off, and with which key.
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { KmsKeyPicker } from "../../../components/KmsKeyPicker";
import { t } from "../../../i18n";
import { type FieldsProps, problemText } from "./fields";

export function EncryptionFields({ draft, set, problems, region }: FieldsProps & { region?: string }) {
  const alias = draft.newAlias.replace(/^alias\//, "");
  return (
    <SpaceBetween size="l">
      <FormField label={t("trail.encryption")} description={t("trail.encryption.about")}>
        <Checkbox checked={draft.encrypt} onChange={({ detail }) => set({ encrypt: detail.checked })}>
          {t("common.enabled")}
        </Checkbox>
      </FormField>
      {draft.encrypt && (
        <FormField label={t("trail.key")} description={t("trail.key.about")}>
          <RadioGroup
            value={draft.keyKind}
            onChange={({ detail }) => set({ keyKind: detail.value === "existing" ? "existing" : "new" })}
            items={[
              { value: "new", label: t("trail.key.new") },
              { value: "existing", label: t("trail.key.existing") },
            ]}
          />
        </FormField>
      )}
      {draft.encrypt && draft.keyKind === "new" && (
        <FormField
          label={t("trail.alias")}
          description={t("trail.alias.new.about")}
          constraintText={alias ? t("trail.alias.preview", { alias: `alias/${alias}` }) : undefined}
          errorText={problemText(problems.newAlias)}
        >
          <Input
            value={draft.newAlias}
            onChange={({ detail }) => set({ newAlias: detail.value.replace(/^alias\//, "") })}
            spellcheck={false}
          />
        </FormField>
      )}
      {draft.encrypt && draft.keyKind === "existing" && (
        <FormField
          label={t("trail.alias")}
          description={t("trail.alias.existing.about")}
          errorText={problemText(problems.key)}
          stretch
        >
          <KmsKeyPicker
            value={draft.key}
            region={region}
            onChange={(key) => set({ key })}
            invalid={problems.key !== undefined}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}
