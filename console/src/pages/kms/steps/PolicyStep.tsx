// Step 5: the policy that follows from the choices, to be changed by hand.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { jsonProblem, PolicyEditor } from "../../../components/PolicyEditor";
import { UnboundServices } from "../../../components/UnboundServices";
import { t } from "../../../i18n";
import type { StepProps } from "../draft";
import { PolicyTemplates } from "../PolicyTemplates";

export function PolicyStep({ draft, change, policy }: StepProps) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button disabled={draft.policy === undefined} onClick={() => change({ policy: undefined })}>
              {t("kms.policy.reset")}
            </Button>
          }
        >
          {t("kms.policy")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <PolicyTemplates policy={policy} onChange={(text) => change({ policy: text })} />
        <FormField stretch errorText={jsonProblem(policy)}>
          <PolicyEditor value={policy} onChange={(text) => change({ policy: text })} label={t("kms.policy")} kind="Key" />
        </FormField>
        <UnboundServices policy={policy} />
      </SpaceBetween>
    </Container>
  );
}
