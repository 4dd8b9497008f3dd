// A failed call, with all that is needed to report it or to find the cause.
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { failureOf, isCode } from "../aws/errors";
import { explainedRequest } from "../aws/explain";
import { t } from "../i18n";
import { passwordRule } from "../i18n/passwordRule";
import { Explanation } from "./Explanation";

interface Props {
  error: unknown;
  /** The code is in the heading already. */
  headed?: boolean;
  /** Shows the reason for the denial without a click. */
  explained?: boolean;
}

export function FailureDetails({ error, headed = false, explained = false }: Props) {
  const { code, message, status, requestId, gloss } = failureOf(error);
  const rule = isCode(error, "PasswordPolicyViolation") ? passwordRule(message) : undefined;
  const refused = explainedRequest(error);
  // A browser's message for a missing response does not help, and is in the browser's language.
  if (code === "Unreachable") return <div>{gloss}</div>;
  const report = [`${code}: ${message}`, status && `HTTP ${status}`, requestId].filter(Boolean).join("\n");
  return (
    <SpaceBetween size="xxs">
      <div>{headed ? message : `${code}: ${message}`}</div>
      {(rule ?? gloss) && <div>{rule ?? gloss}</div>}
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
      {refused && <Explanation key={refused} requestId={refused} shown={explained} />}
    </SpaceBetween>
  );
}
