// What the page is about to do, as AWS CLI commands. Build them with `cli()`.
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { t } from "../i18n";

export function CliPreview({ commands }: { commands: readonly string[] }) {
  const text = commands.join("\n");
  return (
    <ExpandableSection headerText={t("common.cli")} variant="container">
      <SpaceBetween size="s">
        <CopyToClipboard
          copyButtonText={t("common.copy")}
          textToCopy={text}
          copySuccessText={t("common.copied")}
          copyErrorText={t("common.copyFailed")}
        />
        <pre className="command" tabIndex={0} role="region" aria-label={t("common.cli")}>
          {text}
        </pre>
      </SpaceBetween>
    </ExpandableSection>
  );
}
