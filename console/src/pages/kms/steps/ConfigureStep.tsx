// Step 1: the kind of key. One kind is offered; the others are shown as unavailable.
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { t } from "../../../i18n";

/** The one key spec; its name is the same in every language. */
const SPEC = "SYMMETRIC_DEFAULT";
const nothing = () => undefined;

export function ConfigureStep() {
  const absent = t("kms.notOffered");
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="l">
          <FormField label={t("kms.key.type")} stretch>
            <Tiles
              value="symmetric"
              onChange={nothing}
              ariaLabel={t("kms.key.type")}
              items={[
                { value: "symmetric", label: t("kms.type.symmetric"), description: t("kms.type.symmetric.about") },
                { value: "asymmetric", label: t("kms.type.asymmetric"), description: absent, disabled: true },
              ]}
            />
          </FormField>
          <FormField label={t("kms.key.usage")} stretch>
            <Tiles
              value="encrypt"
              onChange={nothing}
              ariaLabel={t("kms.key.usage")}
              items={[
                { value: "encrypt", label: t("kms.usage.encrypt"), description: t("kms.usage.encrypt.about") },
                { value: "mac", label: t("kms.usage.mac"), description: absent, disabled: true },
              ]}
            />
          </FormField>
          <FormField label={t("kms.key.spec")} description={t("kms.spec.about")}>
            <RadioGroup
              value="default"
              onChange={nothing}
              items={[{ value: "default", label: SPEC }]}
              ariaLabel={t("kms.key.spec")}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <ExpandableSection headerText={t("kms.advanced")} variant="container" defaultExpanded>
        <SpaceBetween size="l">
          <FormField label={t("kms.materialOrigin")}>
            <RadioGroup
              value="kms"
              onChange={nothing}
              ariaLabel={t("kms.materialOrigin")}
              items={[
                { value: "kms", label: t("kms.origin.recommended") },
                { value: "external", label: t("kms.origin.external"), description: absent, disabled: true },
                { value: "hsm", label: t("kms.origin.store"), description: absent, disabled: true },
              ]}
            />
          </FormField>
          <FormField label={t("kms.key.regionality")}>
            <RadioGroup
              value="single"
              onChange={nothing}
              ariaLabel={t("kms.key.regionality")}
              items={[
                { value: "single", label: t("kms.regionality.singleKey") },
                { value: "multi", label: t("kms.regionality.multiKey"), description: absent, disabled: true },
              ]}
            />
          </FormField>
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}
