// A failed call on a page.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { failureOf, needsSignIn } from "../aws/errors";
import { leave } from "../aws/session";
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
  const { code } = failureOf(error);
  const header = title ?? (code === "Unreachable" ? t("common.unreachable") : code);
  const again = needsSignIn(error) ? (
    <Button onClick={leave}>{t("common.signIn")}</Button>
  ) : (
    onRetry && <Button onClick={onRetry}>{t("common.retry")}</Button>
  );
  return (
    <Alert
      type="error"
      header={header}
      dismissible={onDismiss !== undefined}
      dismissAriaLabel={t("common.dismiss")}
      onDismiss={onDismiss}
      statusIconAriaLabel={t("common.flash.error")}
      action={again}
    >
      <FailureDetails error={error} headed={title === undefined} />
    </Alert>
  );
}
