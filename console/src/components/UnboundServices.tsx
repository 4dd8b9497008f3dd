// Warns of services that a policy allows regardless of the account they act for.
import Alert from "@cloudscape-design/components/alert";
import { t } from "../i18n";
import { unboundServices } from "./unboundServices";

export function UnboundServices({ policy }: { policy: string }) {
  const found = unboundServices(policy);
  if (found.length === 0) return null;
  return (
    <Alert type="warning" header={t("policy.unbound")} statusIconAriaLabel={t("common.flash.warning")}>
      {t("policy.unbound.text")}
      <ul>
        {found.map(({ statement, service }) => (
          <li key={`${statement} ${service}`}>{t("policy.unbound.statement", { statement, service })}</li>
        ))}
      </ul>
    </Alert>
  );
}
