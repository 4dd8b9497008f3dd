// A failed call, with all that is needed to report it or to find out why.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { failureOf } from "../aws/errors";
import { explainedRequest } from "../aws/explain";
import { t } from "../i18n";
import { Explanation } from "./Explanation";

interface Props {
  /** Nothing is drawn while there is no error, so pages may pass it on as it is. */
  error: unknown;
  /** What failed, in one sentence; the code when absent. */
  title?: string;
  onRetry?: () => void;
  onDismiss?: () => void;
}

export function ErrorAlert({ error, title, onRetry, onDismiss }: Props) {
  if (error === undefined || error === null) return null;
  const { code, message, status, requestId, gloss } = failureOf(error);
  const refused = explainedRequest(error);
  const report = [`${code}: ${message}`, status && `HTTP ${status}`, requestId].filter(Boolean).join("\n");
  return (
    <Alert
      type="error"
      header={title ?? code}
      dismissible={onDismiss !== undefined}
      dismissAriaLabel={t("common.dismiss")}
      onDismiss={onDismiss}
      statusIconAriaLabel={t("common.flash.error")}
      action={onRetry && <Button onClick={onRetry}>{t("common.retry")}</Button>}
    >
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
    </Alert>
  );
}
