// Account, user, password; then what the server asks for besides.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { type SignInFailure, signIn } from "../../aws/session";
import { focusFirstProblem } from "../../components/focusProblem";
import { t } from "../../i18n";
import { failureText } from "./failure";
import { CodeStep, NewPasswordStep } from "./SecondStep";

const REMEMBERED = "shoseki.account";

function remembered(): string {
  try {
    return localStorage.getItem(REMEMBERED) ?? "";
  } catch {
    return "";
  }
}

interface Props {
  account: string;
  expired: boolean;
  /** The root user's password was set a moment ago. */
  passwordSet: boolean;
}

export function Credentials({ account: known, expired, passwordSet }: Props) {
  const [kind, setKind] = useState<"iam" | "root">(passwordSet ? "root" : "iam");
  const [account, setAccount] = useState(remembered() || known);
  const [remember, setRemember] = useState(remembered() !== "");
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [step, setStep] = useState<"password" | "mfa" | "change">("password");
  const [answers, setAnswers] = useState<{ mfa?: string; newPassword?: string }>({});
  const [busy, setBusy] = useState(false);
  const [checked, setChecked] = useState(false);
  const [failure, setFailure] = useState<SignInFailure>();

  const attempt = async (second: { mfa?: string; newPassword?: string }) => {
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    // A new password is sent with the code that was shown before it.
    const given = { ...answers, ...second };
    setAnswers(given);
    const failed = await signIn({
      account: account.replace(/[\s-]/g, (sign) => (/^[\d\s-]+$/.test(account) ? "" : sign)),
      user: kind === "root" ? "root" : user.trim(),
      root: kind === "root",
      password,
      ...given,
    });
    setBusy(false);
    if (failed?.code === "MfaRequired" && !given.mfa) setStep("mfa");
    else if (failed?.code === "PasswordChangeRequired" && !given.newPassword) setStep("change");
    else setFailure(failed);
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!account || !password || (kind === "iam" && !user)) {
      focusFirstProblem();
      return;
    }
    try {
      if (remember) localStorage.setItem(REMEMBERED, account.trim());
      else localStorage.removeItem(REMEMBERED);
    } catch {
      // Remembering the account is a convenience only.
    }
    setAnswers({});
    void attempt({ mfa: undefined, newPassword: undefined });
  };

  const missing = (value: string) => (checked && value === "" ? t("common.required") : undefined);
  const alert = failure ? (
    <Alert type="error" statusIconAriaLabel={t("common.flash.error")}>
      {failureText(failure)}
    </Alert>
  ) : expired ? (
    <Alert type="info" statusIconAriaLabel={t("common.flash.info")}>
      {t("signin.expired")}
    </Alert>
  ) : passwordSet ? (
    <Alert type="success" statusIconAriaLabel={t("common.flash.success")}>
      {t("firstRun.done")}
    </Alert>
  ) : null;

  const back = () => {
    setStep("password");
    setFailure(undefined);
  };
  if (step === "mfa") return <CodeStep alert={alert} busy={busy} onCancel={back} onCode={(code) => attempt({ mfa: code })} />;
  if (step === "change") {
    return <NewPasswordStep alert={alert} busy={busy} onCancel={back} onPassword={(newPassword) => attempt({ newPassword })} />;
  }
  return (
    <form onSubmit={submit}>
      <Container header={<Header variant="h1">{t("signin.title")}</Header>}>
        <Form>
          <SpaceBetween size="m">
            {alert}
            <FormField label={t("signin.as")}>
              <RadioGroup
                value={kind}
                onChange={({ detail }) => setKind(detail.value === "root" ? "root" : "iam")}
                items={[
                  { value: "root", label: t("signin.root"), description: t("signin.root.about") },
                  { value: "iam", label: t("signin.iam"), description: t("signin.iam.about") },
                ]}
              />
            </FormField>
            <FormField label={t("signin.account")} errorText={missing(account)}>
              <Input value={account} onChange={({ detail }) => setAccount(detail.value)} autoComplete="organization" />
            </FormField>
            <Checkbox checked={remember} onChange={({ detail }) => setRemember(detail.checked)}>
              {t("signin.remember")}
            </Checkbox>
            {kind === "iam" && (
              <FormField label={t("signin.user")} errorText={missing(user)}>
                <Input value={user} onChange={({ detail }) => setUser(detail.value)} autoComplete="username" autoFocus />
              </FormField>
            )}
            <FormField label={t("signin.password")} errorText={missing(password)}>
              <Input
                value={password}
                type={shown ? "text" : "password"}
                onChange={({ detail }) => setPassword(detail.value)}
                autoComplete="current-password"
              />
            </FormField>
            <Checkbox checked={shown} onChange={({ detail }) => setShown(detail.checked)}>
              {t("signin.show")}
            </Checkbox>
            <Button variant="primary" fullWidth loading={busy}>
              {t("signin.submit")}
            </Button>
          </SpaceBetween>
        </Form>
      </Container>
      <Box padding="xs" />
    </form>
  );
}
