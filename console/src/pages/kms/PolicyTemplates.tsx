// Puts a ready statement into a key policy: for now, the one that a trail needs.
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { t } from "../../i18n";
import { cloudTrailStatement, withStatement } from "./policy";

export function PolicyTemplates({ policy, onChange }: { policy: string; onChange: (policy: string) => void }) {
  const { region } = useClients();
  const { account } = useSession();
  const [trail, setTrail] = useState("");
  const insert = () => {
    const changed = withStatement(policy, cloudTrailStatement(account, region, trail.trim()));
    if (changed) onChange(changed);
  };
  return (
    <FormField label={t("kms.template.cloudtrail")} description={t("kms.template.cloudtrail.about")}>
      <SpaceBetween size="xs" direction="horizontal">
        <Input
          value={trail}
          placeholder={t("kms.template.trail")}
          ariaLabel={t("kms.template.trail")}
          onChange={({ detail }) => setTrail(detail.value)}
        />
        <Button disabled={trail.trim() === ""} onClick={insert}>
          {t("kms.template.insert")}
        </Button>
      </SpaceBetween>
    </FormField>
  );
}
