// What the server asks for after the password: an MFA code, or a new password.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useSubmit } from "../../components/useSubmit";
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
  onSubmit: () => void;
  children: ReactNode;
}

function Step({ alert, busy, onCancel, title, about, submitText, onSubmit, children }: StepProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onSubmit();
      }}
    >
      <Container header={<Header variant="h1" description={about}>{title}</Header>}>
        <Form
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              <Button formAction="none" variant="link" onClick={onCancel}>
                {t("common.cancel")}
              </Button>
              <Button variant="primary" loading={busy}>
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
  const { shown, submit } = useSubmit(/^\d{6}$/.test(code.trim()), () => onCode(code.trim()));
  return (
    <Step
      {...props}
      title={t("signin.mfa.title")}
      submitText={t("signin.mfa.submit")}
      onSubmit={() => submit()}
    >
      <FormField label={t("signin.mfa.code")} description={t("signin.mfa.help")} errorText={shown ? t("signin.mfa.digits") : undefined}>
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
  const { shown, submit } = useSubmit(password !== "" && again === password, () => onPassword(password));
  const required = (value: string) => (shown && value === "" ? t("common.required") : undefined);
  const differs = again !== "" && again !== password ? t("firstRun.again.differs") : undefined;
  return (
    <Step
      {...props}
      title={t("signin.change.title")}
      about={t("signin.change.about")}
      submitText={t("signin.change.submit")}
      onSubmit={() => submit()}
    >
      <FormField label={t("firstRun.password")} errorText={required(password)}>
        <Input
          type="password"
          value={password}
          onChange={({ detail }) => setPassword(detail.value)}
          autoComplete="new-password"
          autoFocus
        />
      </FormField>
      <FormField label={t("firstRun.again")} errorText={differs ?? required(again)}>
        <Input type="password" value={again} onChange={({ detail }) => setAgain(detail.value)} autoComplete="new-password" />
      </FormField>
    </Step>
  );
}
