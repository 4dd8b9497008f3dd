// Default encryption: the type, the key, the bucket key. Used when a bucket is made and when it is edited.
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { KmsKeyPicker } from "../../components/KmsKeyPicker";
import { t } from "../../i18n";
import type { BucketDraft, Encryption } from "./draft";

type Fields = Pick<BucketDraft, "encryption" | "kmsKey" | "bucketKey">;

interface Props {
  value: Fields;
  onChange: (part: Partial<Fields>) => void;
  showProblems: boolean;
}

export function EncryptionFields({ value, onChange, showProblems }: Props) {
  const kms = value.encryption !== "AES256";
  return (
    <SpaceBetween size="l">
      <FormField label={t("s3.encryption.type")}>
        <RadioGroup
          value={value.encryption}
          ariaLabel={t("s3.encryption.type")}
          onChange={({ detail }) => onChange({ encryption: detail.value as Encryption })}
          items={[
            { value: "AES256", label: t("s3.encryption.s3") },
            { value: "aws:kms", label: t("s3.encryption.kms") },
            { value: "aws:kms:dsse", label: t("s3.encryption.dsse") },
          ]}
        />
      </FormField>
      {kms && (
        <FormField
          label={t("s3.encryption.key")}
          errorText={showProblems && value.kmsKey === "" ? t("common.required") : undefined}
        >
          <KmsKeyPicker
            value={value.kmsKey}
            withAwsManaged
            ariaLabel={t("s3.encryption.key")}
            onChange={(kmsKey) => onChange({ kmsKey })}
          />
        </FormField>
      )}
      {value.encryption !== "aws:kms:dsse" && (
        <FormField label={t("s3.bucketKey")} description={t("s3.bucketKey.about")}>
          <RadioGroup
            value={value.bucketKey ? "on" : "off"}
            ariaLabel={t("s3.bucketKey")}
            onChange={({ detail }) => onChange({ bucketKey: detail.value === "on" })}
            items={[
              { value: "off", label: t("s3.disable") },
              { value: "on", label: t("s3.enable") },
            ]}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}
