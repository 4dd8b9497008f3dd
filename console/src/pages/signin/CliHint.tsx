// How to use the AWS CLI instead: for those who came here by mistake.
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { apiOrigin } from "../../aws/place";
import { t } from "../../i18n";

export function CliHint({ account }: { account: string }) {
  const lines = [
    `export AWS_ENDPOINT_URL=${apiOrigin()}`,
    "aws iam create-access-key --user-name NAME",
    "aws sts get-caller-identity",
  ];
  return (
    <ExpandableSection headerText={t("signin.cli.title")} variant="container">
      <SpaceBetween size="xs">
        <div>{account ? t("signin.cli.textFor", { account }) : t("signin.cli.text")}</div>
        <pre className="command" tabIndex={0} role="region" aria-label={t("signin.cli.title")}>
          {lines.join("\n")}
        </pre>
      </SpaceBetween>
    </ExpandableSection>
  );
}
