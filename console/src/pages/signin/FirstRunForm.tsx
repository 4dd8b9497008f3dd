// The first run: the server printed a one-time token; with it the root user gets a password.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { completeFirstRun, signIn } from "../../aws/session";
import { focusFirstProblem } from "../../components/focusProblem";
import { t } from "../../i18n";
import { failureText } from "./failure";

const PASSWORD_LENGTH_MIN = 8;

/** The token, when the printed link was followed: `/_console/?token=…` or `#/?token=…`. */
function tokenFromAddress(): string {
  const inHash = window.location.hash.split("?")[1] ?? "";
  return new URLSearchParams(window.location.search).get("token") ?? new URLSearchParams(inHash).get("token") ?? "";
}

interface Props {
  /** Whose root user it is; unknown when the server has more than one account. */
  account: string | undefined;
  /** The password is set, and the root user has to sign in with it. */
  onDone: () => void;
  onSkip: () => void;
}

export function FirstRunForm({ account, onDone, onSkip }: Props) {
  const [token, setToken] = useState(tokenFromAddress);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [checked, setChecked] = useState(false);
  const required = (value: string) => (checked && value.trim() === "" ? t("common.required") : undefined);
  const short = password !== "" && password.length < PASSWORD_LENGTH_MIN;
  const differs = again !== "" && again !== password;
  const ready = token.trim() !== "" && password.length >= PASSWORD_LENGTH_MIN && again === password;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setChecked(true);
    if (!ready) {
      focusFirstProblem();
      return;
    }
    setBusy(true);
    const refused = await completeFirstRun(token.trim(), password);
    if (refused) {
      setBusy(false);
      setProblem(failureText(refused));
      return;
    }
    // The token is spent; it should not stay in the address or the history.
    window.location.replace("#/");
    const notYet = account === undefined || (await signIn({ account, user: "root", root: true, password }));
    if (notYet) onDone();
  };

  return (
    <form onSubmit={submit}>
      <Container header={<Header variant="h1" description={t("firstRun.about")}>{t("firstRun.title")}</Header>}>
        <Form>
          <SpaceBetween size="m">
            {problem !== undefined && (
              <Alert type="error" header={t("firstRun.failed")} statusIconAriaLabel={t("common.flash.error")}>
                {problem}
              </Alert>
            )}
            <FormField label={t("firstRun.token")} errorText={required(token)} description={t("firstRun.token.about")}>
              <Input value={token} onChange={({ detail }) => setToken(detail.value)} autoComplete={false} spellcheck={false} />
            </FormField>
            <FormField
              label={t("firstRun.password")}
              errorText={short ? t("firstRun.password.short", { count: PASSWORD_LENGTH_MIN }) : required(password)}
            >
              <Input
                type="password"
                value={password}
                onChange={({ detail }) => setPassword(detail.value)}
                autoComplete="new-password"
              />
            </FormField>
            <FormField label={t("firstRun.again")} errorText={differs ? t("firstRun.again.differs") : required(again)}>
              <Input type="password" value={again} onChange={({ detail }) => setAgain(detail.value)} autoComplete="new-password" />
            </FormField>
            <Button variant="primary" fullWidth loading={busy}>
              {t("firstRun.submit")}
            </Button>
            <Button formAction="none" variant="link" fullWidth onClick={onSkip}>
              {t("firstRun.skip")}
            </Button>
          </SpaceBetween>
        </Form>
      </Container>
    </form>
  );
}
