// Puts a ready statement into a key policy: for now, the one that a trail needs.
import FormField from "@cloudscape-design/components/form-field";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { InlineForm } from "../../components/InlineForm";
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
      <InlineForm
        label={t("kms.template.trail")}
        value={trail}
        onChange={setTrail}
        action={t("kms.template.insert")}
        onSubmit={insert}
      />
    </FormField>
  );
}
