// The smaller sections of the create-bucket page.
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { t } from "../../../i18n";
import { regionName } from "../../../shell/regions";
import { type BucketDraft, nameProblem } from "../draft";

export interface SectionProps {
  draft: BucketDraft;
  change: (part: Partial<BucketDraft>) => void;
  showProblems: boolean;
}

export function GeneralSection({ draft, change, showProblems, region }: SectionProps & { region: string }) {
  return (
    <Container header={<Header variant="h2">{t("s3.general")}</Header>}>
      <SpaceBetween size="l">
        <FormField label={t("s3.region")}>{`${regionName(region)} ${region}`}</FormField>
        <FormField label={t("s3.type")} stretch>
          <Tiles
            value="general"
            onChange={() => undefined}
            ariaLabel={t("s3.type")}
            items={[
              { value: "general", label: t("s3.type.general"), description: t("s3.type.general.about") },
              { value: "directory", label: t("s3.type.directory"), description: t("s3.notOffered"), disabled: true },
            ]}
          />
        </FormField>
        <FormField
          label={t("s3.name")}
          constraintText={t("s3.name.about")}
          errorText={showProblems ? nameProblem(draft.name) : undefined}
        >
          <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value.trim() })} />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

export function OwnershipSection({ draft, change }: SectionProps) {
  return (
    <Container header={<Header variant="h2">{t("s3.ownership")}</Header>}>
      <OwnershipFields value={draft.ownership} onChange={(ownership) => change({ ownership })} />
    </Container>
  );
}

type Ownership = BucketDraft["ownership"];

export function OwnershipFields({ value, onChange }: { value: Ownership; onChange: (value: Ownership) => void }) {
  const off = value === "BucketOwnerEnforced";
  return (
    <SpaceBetween size="l">
      <Tiles
        value={off ? "off" : "on"}
        ariaLabel={t("s3.ownership")}
        onChange={({ detail }) => onChange(detail.value === "off" ? "BucketOwnerEnforced" : "BucketOwnerPreferred")}
        items={[
          { value: "off", label: t("s3.ownership.off"), description: t("s3.ownership.off.about") },
          { value: "on", label: t("s3.ownership.on"), description: t("s3.ownership.on.about") },
        ]}
      />
      <FormField label={t("s3.ownership")}>
        {off ? (
          t("s3.ownership.enforced")
        ) : (
          <RadioGroup
            value={value}
            ariaLabel={t("s3.ownership")}
            onChange={({ detail }) => onChange(detail.value as Ownership)}
            items={[
              { value: "BucketOwnerPreferred", label: t("s3.ownership.preferred") },
              { value: "ObjectWriter", label: t("s3.ownership.writer") },
            ]}
          />
        )}
      </FormField>
    </SpaceBetween>
  );
}

/** Two radio buttons, disable and enable, in AWS's order. */
export function OnOff({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <RadioGroup
      value={on ? "on" : "off"}
      ariaLabel={label}
      onChange={({ detail }) => onChange(detail.value === "on")}
      items={[
        { value: "off", label: t("s3.disable") },
        { value: "on", label: t("s3.enable") },
      ]}
    />
  );
}

export function VersioningSection({ draft, change }: SectionProps) {
  return (
    <Container header={<Header variant="h2">{t("s3.versioning")}</Header>}>
      <FormField label={t("s3.versioning")}>
        <OnOff
          label={t("s3.versioning")}
          on={draft.versioning || draft.objectLock}
          onChange={(versioning) => change({ versioning, objectLock: versioning && draft.objectLock })}
        />
      </FormField>
    </Container>
  );
}

export function AdvancedSection({ draft, change }: SectionProps) {
  return (
    <ExpandableSection headerText={t("s3.advanced")} variant="container">
      <FormField label={t("s3.objectLock")} description={t("s3.objectLock.about")}>
        <OnOff
          label={t("s3.objectLock")}
          on={draft.objectLock}
          onChange={(objectLock) => change({ objectLock, versioning: objectLock || draft.versioning })}
        />
      </FormField>
    </ExpandableSection>
  );
}
