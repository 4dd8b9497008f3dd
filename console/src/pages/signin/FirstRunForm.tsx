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
import { completeFirstRun } from "../../aws/session";
import { t } from "../../i18n";

const PASSWORD_LENGTH_MIN = 8;

/** The token, when the printed link was followed: `/_console/?token=…` or `#/?token=…`. */
function tokenFromAddress(): string {
  const inHash = window.location.hash.split("?")[1] ?? "";
  return new URLSearchParams(window.location.search).get("token") ?? new URLSearchParams(inHash).get("token") ?? "";
}

export function FirstRunForm({ onDone, onSkip }: { onDone: () => void; onSkip: () => void }) {
  const [token, setToken] = useState(tokenFromAddress);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const short = password !== "" && password.length < PASSWORD_LENGTH_MIN;
  const differs = again !== "" && again !== password;
  const ready = token.trim() !== "" && password.length >= PASSWORD_LENGTH_MIN && again === password;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    const answer = await completeFirstRun(token.trim(), password);
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.message);
      return;
    }
    // The token is spent; it should not stay in the address or the history.
    window.location.replace("#/");
    onDone();
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
            <FormField label={t("firstRun.token")} description={t("firstRun.token.about")}>
              <Input value={token} onChange={({ detail }) => setToken(detail.value)} autoComplete={false} spellcheck={false} />
            </FormField>
            <FormField
              label={t("firstRun.password")}
              errorText={short ? t("firstRun.password.short", { count: PASSWORD_LENGTH_MIN }) : undefined}
            >
              <Input
                type="password"
                value={password}
                onChange={({ detail }) => setPassword(detail.value)}
                autoComplete="new-password"
              />
            </FormField>
            <FormField label={t("firstRun.again")} errorText={differs ? t("firstRun.again.differs") : undefined}>
              <Input type="password" value={again} onChange={({ detail }) => setAgain(detail.value)} autoComplete="new-password" />
            </FormField>
            <Button variant="primary" fullWidth loading={busy} disabled={!ready}>
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
