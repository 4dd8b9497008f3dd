// Step 2: alias, description, tags.
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { TagRows } from "../../../components/TagRows";
import { t } from "../../../i18n";
import { aliasProblem, fullAlias } from "../alias";
import type { StepProps } from "../draft";

export function LabelsStep({ draft, change, showProblems }: StepProps) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{t("kms.key.alias")}</Header>}>
        <FormField
          label={t("kms.key.alias")}
          description={t("kms.alias.about")}
          constraintText={t("kms.alias.full", { name: fullAlias(draft.alias) })}
          errorText={showProblems ? aliasProblem(draft.alias) : undefined}
        >
          <Input value={draft.alias} onChange={({ detail }) => change({ alias: detail.value })} />
        </FormField>
      </Container>
      <Container header={<Header variant="h2">{t("kms.description.optional")}</Header>}>
        <FormField label={t("kms.key.description")} description={t("kms.description.about")}>
          <Textarea value={draft.description} onChange={({ detail }) => change({ description: detail.value })} />
        </FormField>
      </Container>
      <Container header={<Header variant="h2">{t("kms.tags.optional")}</Header>}>
        <TagRows tags={draft.tags} onChange={(tags, tagsValid) => change({ tags, tagsValid })} />
      </Container>
    </SpaceBetween>
  );
}
