// A failed call on a page.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { failureOf } from "../aws/errors";
import { t } from "../i18n";
import { FailureDetails } from "./FailureDetails";

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
  return (
    <Alert
      type="error"
      header={title ?? failureOf(error).code}
      dismissible={onDismiss !== undefined}
      dismissAriaLabel={t("common.dismiss")}
      onDismiss={onDismiss}
      statusIconAriaLabel={t("common.flash.error")}
      action={onRetry && <Button onClick={onRetry}>{t("common.retry")}</Button>}
    >
      <FailureDetails error={error} />
    </Alert>
  );
}
