// What a failed call said, with all that is needed to report it or to find out why.
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { failureOf } from "../aws/errors";
import { explainedRequest } from "../aws/explain";
import { t } from "../i18n";
import { Explanation } from "./Explanation";

export function FailureDetails({ error }: { error: unknown }) {
  const { code, message, status, requestId, gloss } = failureOf(error);
  const refused = explainedRequest(error);
  const report = [`${code}: ${message}`, status && `HTTP ${status}`, requestId].filter(Boolean).join("\n");
  return (
    <SpaceBetween size="xxs">
      <div>
        {code}: {message}
      </div>
      {gloss && <div>{gloss}</div>}
      <Box fontSize="body-s" color="inherit">
        <SpaceBetween size="s" direction="horizontal">
          {status !== undefined && <span>{t("common.error.status", { status })}</span>}
          {requestId && <span>{t("common.error.requestId", { id: requestId })}</span>}
          <CopyToClipboard
            variant="inline"
            textToCopy={report}
            textToDisplay=""
            copyButtonAriaLabel={t("common.error.copy")}
            copySuccessText={t("common.copied")}
            copyErrorText={t("common.copyFailed")}
          />
        </SpaceBetween>
      </Box>
      {refused && <Explanation key={refused} requestId={refused} />}
    </SpaceBetween>
  );
}
