// Block Public Access: one box for all, four below it, and an acknowledgement when it is not full.
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { t } from "../../../i18n";
import { type BucketDraft, isBlockedFully } from "../draft";
import type { SectionProps } from "./CreateSections";

export type BlockFields = Pick<BucketDraft, "blockNewAcls" | "ignoreAcls" | "blockNewPolicies" | "restrictPolicies">;

export function BlockBoxes({ value, onChange }: { value: BlockFields; onChange: (part: Partial<BlockFields>) => void }) {
  const all = value.blockNewAcls && value.ignoreAcls && value.blockNewPolicies && value.restrictPolicies;
  const boxes = [
    ["blockNewAcls", t("s3.publicAccess.newAcls")],
    ["ignoreAcls", t("s3.publicAccess.anyAcls")],
    ["blockNewPolicies", t("s3.publicAccess.newPolicies")],
    ["restrictPolicies", t("s3.publicAccess.anyPolicies")],
  ] as const;
  return (
    <SpaceBetween size="s">
      <Checkbox
        checked={all}
        onChange={({ detail: { checked } }) =>
          onChange({ blockNewAcls: checked, ignoreAcls: checked, blockNewPolicies: checked, restrictPolicies: checked })
        }
      >
        <b>{t("s3.publicAccess.all")}</b>
      </Checkbox>
      {boxes.map(([field, label]) => (
        <Checkbox
          key={field}
          className="indented"
          checked={value[field]}
          onChange={({ detail }) => onChange({ [field]: detail.checked })}
        >
          {label}
        </Checkbox>
      ))}
    </SpaceBetween>
  );
}

export function PublicAccessSection({ draft, change, showProblems }: SectionProps) {
  return (
    <Container header={<Header variant="h2">{t("s3.publicAccess.bucket")}</Header>}>
      <SpaceBetween size="m">
        <BlockBoxes value={draft} onChange={change} />
        {!isBlockedFully(draft) && (
          <FormField errorText={showProblems && !draft.acknowledged ? t("common.required") : undefined}>
            <Checkbox checked={draft.acknowledged} onChange={({ detail }) => change({ acknowledged: detail.checked })}>
              {t("s3.publicAccess.acknowledge")}
            </Checkbox>
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  );
}
