// What the server asks for after the password: an MFA code, or a new password.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useState } from "react";
import { t } from "../../i18n";

interface Props {
  /** What went wrong, if anything did. */
  alert: ReactNode;
  busy: boolean;
  onCancel: () => void;
}

interface StepProps extends Props {
  title: string;
  about?: string;
  submitText: string;
  ready: boolean;
  onSubmit: () => void;
  children: ReactNode;
}

function Step({ alert, busy, onCancel, title, about, submitText, ready, onSubmit, children }: StepProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !busy) onSubmit();
  };
  return (
    <form onSubmit={submit}>
      <Container header={<Header variant="h1" description={about}>{title}</Header>}>
        <Form
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              <Button formAction="none" variant="link" onClick={onCancel}>
                {t("common.cancel")}
              </Button>
              <Button variant="primary" loading={busy} disabled={!ready}>
                {submitText}
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            {alert}
            {children}
          </SpaceBetween>
        </Form>
      </Container>
    </form>
  );
}

export function CodeStep({ onCode, ...props }: Props & { onCode: (code: string) => void }) {
  const [code, setCode] = useState("");
  return (
    <Step
      {...props}
      title={t("signin.mfa.title")}
      submitText={t("signin.mfa.submit")}
      ready={/^\d{6}$/.test(code.trim())}
      onSubmit={() => onCode(code.trim())}
    >
      <FormField label={t("signin.mfa.code")} description={t("signin.mfa.help")}>
        <Input
          value={code}
          onChange={({ detail }) => setCode(detail.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
        />
      </FormField>
    </Step>
  );
}

export function NewPasswordStep({ onPassword, ...props }: Props & { onPassword: (password: string) => void }) {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== password;
  return (
    <Step
      {...props}
      title={t("signin.change.title")}
      about={t("signin.change.about")}
      submitText={t("signin.change.submit")}
      ready={password !== "" && again === password}
      onSubmit={() => onPassword(password)}
    >
      <FormField label={t("firstRun.password")}>
        <Input
          type="password"
          value={password}
          onChange={({ detail }) => setPassword(detail.value)}
          autoComplete="new-password"
          autoFocus
        />
      </FormField>
      <FormField label={t("firstRun.again")} errorText={differs ? t("firstRun.again.differs") : undefined}>
        <Input type="password" value={again} onChange={({ detail }) => setAgain(detail.value)} autoComplete="new-password" />
      </FormField>
    </Step>
  );
}
