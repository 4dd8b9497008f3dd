// Signing in, and setting the root user's password on the first run.
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { firstRun } from "../../aws/session";
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
      {first.data.needed && !passwordSet && !skipped ? (
        <FirstRunForm onDone={() => setPasswordSet(true)} onSkip={() => setSkipped(true)} />
      ) : (
        <>
          <Credentials key={account} expired={expired} passwordSet={passwordSet} account={account} />
          <CliHint account={account} />
        </>
      )}
    </main>
  );
}
