// Step 6: all of it once more, and the commands that would do the same.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { cli } from "../../../components/cli";
import { CliPreview } from "../../../components/CliPreview";
import { JsonView } from "../../../components/JsonView";
import { tagPairs } from "../../../components/tags";
import { t } from "../../../i18n";
import { fullAlias } from "../alias";
import type { StepProps } from "../draft";

interface Props extends StepProps {
  onEdit: (step: number) => void;
}

export function ReviewStep({ draft, policy, onEdit }: Props) {
  const tags = tagPairs(draft.tags);
  const heading = (title: string, step: number) => (
    <Header variant="h2" actions={<Button onClick={() => onEdit(step)}>{t("common.edit")}</Button>}>
      {title}
    </Header>
  );
  const commands = [
    cli("kms", "create-key", {
      description: draft.description,
      keySpec: "SYMMETRIC_DEFAULT",
      policy,
      tags: tags.length > 0 ? tags.map(({ key, value }) => ({ TagKey: key, TagValue: value })) : undefined,
    }),
    cli("kms", "create-alias", { aliasName: fullAlias(draft.alias), targetKeyId: "KEY-ID" }),
  ];
  return (
    <SpaceBetween size="l">
      <Container header={heading(t("kms.review.configuration"), 0)}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("kms.key.type"), value: t("kms.type.symmetric") },
            { label: t("kms.key.spec"), value: "SYMMETRIC_DEFAULT" },
            { label: t("kms.key.usage"), value: t("kms.usage.encrypt") },
            { label: t("kms.key.origin"), value: t("kms.origin.kms") },
            { label: t("kms.key.regionality"), value: t("kms.regionality.singleKey") },
          ]}
        />
      </Container>
      <Container header={heading(t("kms.review.labels"), 1)}>
        <KeyValuePairs
          columns={2}
          items={[
            { label: t("kms.key.alias"), value: draft.alias || "–" },
            { label: t("kms.key.description"), value: draft.description || "–" },
          ]}
        />
      </Container>
      <Container header={heading(t("common.tags"), 1)}>
        {tags.length === 0 ? "–" : tags.map(({ key, value }) => <div key={key}>{`${key} = ${value}`}</div>)}
      </Container>
      <Container header={heading(t("kms.policy"), 4)}>
        <JsonView value={policy} label={t("kms.policy")} />
      </Container>
      <CliPreview commands={commands} />
    </SpaceBetween>
  );
}
