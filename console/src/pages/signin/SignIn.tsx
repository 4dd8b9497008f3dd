// Signing in, and setting the root user's password on the first run.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { firstRun, resume } from "../../aws/session";
import { useQuery } from "../../aws/useQuery";
import { t } from "../../i18n";
import { usePageFrame } from "../../shell/chrome";
import { CliHint } from "./CliHint";
import { Credentials } from "./Credentials";
import { FirstRunForm } from "./FirstRunForm";

const NO_CRUMBS: readonly [] = [];

export default function SignIn({ expired }: { expired: boolean }) {
  usePageFrame(t("signin.title"), NO_CRUMBS, "default");
  const first = useQuery(() => firstRun(), []);
  const [passwordSet, setPasswordSet] = useState(false);
  const [skipped, setSkipped] = useState(false);
  if (!first.data) {
    return (
      <div className="centre" role="status" aria-label={t("common.loading")}>
        <Spinner size="large" />
      </div>
    );
  }
  const account = first.data.account ?? "";
  return (
    <main className="signin">
      {first.data.unreachable && (
        <Alert
          type="error"
          header={t("common.unreachable")}
          statusIconAriaLabel={t("common.flash.error")}
          action={
            <Button onClick={() => void resume().then(first.reload)} loading={first.loading}>
              {t("common.retry")}
            </Button>
          }
        >
          {t("error.Unreachable")}
        </Alert>
      )}
      {first.data.needed && !passwordSet && !skipped ? (
        <FirstRunForm account={first.data.account} onDone={() => setPasswordSet(true)} onSkip={() => setSkipped(true)} />
      ) : (
        <>
          <Credentials key={account} expired={expired} passwordSet={passwordSet} account={account} />
          <CliHint account={account} />
        </>
      )}
    </main>
  );
}
