// Name, bucket, prefix, encryption, validation: the trail's attributes.
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSession } from "../../../aws/session";
import { BucketPicker } from "../../../components/BucketPicker";
import { Unavailable } from "../../../components/Unavailable";
import { t } from "../../../i18n";
import { location } from "./draft";
import { EncryptionFields } from "./EncryptionFields";
import { type FieldsProps, problemText } from "./fields";
import { optionalLabel } from "./labels";

interface Props extends FieldsProps {
  /** An existing trail keeps its name and uses an existing bucket. */
  editing?: boolean;
}

export function GeneralFields(props: Props) {
  const { draft, set, problems, editing } = props;
  return (
    <Container header={<Header description={t("trail.general.about")}>{t("trail.general")}</Header>}>
      <SpaceBetween size="l">
        <FormField
          label={t("trail.name")}
          description={editing ? t("trail.name.fixed") : t("trail.name.about")}
          constraintText={editing ? undefined : t("trail.name.rule")}
          errorText={problemText(problems.name)}
        >
          <Input value={draft.name} disabled={editing} onChange={({ detail }) => set({ name: detail.value })} spellcheck={false} />
        </FormField>
        <Checkbox checked={false} disabled description={<Unavailable>{t("trail.organization.why")}</Unavailable>}>
          {t("trail.organization.enable")}
        </Checkbox>
        <StorageFields {...props} />
        <EncryptionFields {...props} />
        <ExpandableSection headerText={t("trail.additional")} defaultExpanded>
          <SpaceBetween size="l">
            <FormField label={t("trail.validation")} description={t("trail.validation.about")}>
              <Checkbox checked={draft.validation} onChange={({ detail }) => set({ validation: detail.checked })}>
                {t("common.enabled")}
              </Checkbox>
            </FormField>
            <FormField label={t("trail.sns")} description={t("trail.sns.about")}>
              <Checkbox checked={false} disabled description={<Unavailable>{t("trail.sns.why")}</Unavailable>}>
                {t("common.enabled")}
              </Checkbox>
            </FormField>
          </SpaceBetween>
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}

function StorageFields({ draft, set, problems, editing }: Props) {
  const { account } = useSession();
  const fresh = draft.storage === "new" && !editing;
  return (
    <SpaceBetween size="l">
      {!editing && (
        <FormField label={t("trail.storage")} description={t("trail.storage.about")}>
          <RadioGroup
            value={draft.storage}
            onChange={({ detail }) =>
              set({
                storage: detail.value === "existing" ? "existing" : "new",
                bucket: detail.value === "existing" ? "" : newBucketName(account, draft.statementIds[0]),
              })
            }
            items={[
              { value: "new", label: t("trail.storage.new"), description: t("trail.storage.new.about") },
              { value: "existing", label: t("trail.storage.existing"), description: t("trail.storage.existing.about") },
            ]}
          />
        </FormField>
      )}
      <FormField
        label={fresh ? t("trail.bucketAndFolder") : t("trail.bucketName")}
        description={fresh ? t("trail.bucketAndFolder.about") : t("trail.bucketName.about")}
        constraintText={t("trail.bucket.preview", { location: location(draft, account) })}
        errorText={problemText(problems.bucket)}
        stretch
      >
        {fresh ? (
          <Input value={draft.bucket} onChange={({ detail }) => set({ bucket: detail.value })} spellcheck={false} />
        ) : (
          <BucketPicker value={draft.bucket} onChange={(bucket) => set({ bucket })} invalid={problems.bucket !== undefined} />
        )}
      </FormField>
      {!fresh && (
        <Button href="#/s3/buckets/create" target="_blank" iconName="external" iconAlign="right" variant="inline-link">
          {t("search.createBucket")}
        </Button>
      )}
      <FormField label={optionalLabel(t("trail.prefix"))} description={t("trail.prefix.about")} errorText={problemText(problems.prefix)}>
        <Input value={draft.prefix} onChange={({ detail }) => set({ prefix: detail.value })} spellcheck={false} />
      </FormField>
    </SpaceBetween>
  );
}

function newBucketName(account: string, id: string): string {
  return `aws-cloudtrail-logs-${account}-${id.slice(0, 8)}`;
}
