// Create user: name, console password if wanted, policies; then what was made.
import { AttachUserPolicyCommand, CreateLoginProfileCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { cli } from "../../components/cli";
import { CliPreview } from "../../components/CliPreview";
import { ErrorAlert } from "../../components/ErrorAlert";
import { focusFirstProblem } from "../../components/focusProblem";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { PolicyChoice } from "./Permissions";

export function CreateUser() {
  const { iam } = useClients();
  const flash = useFlash();
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [name, setName] = useState("");
  const [console, setConsole] = useState(false);
  const [password, setPassword] = useState("");
  const [reset, setReset] = useState(true);
  const [arns, setArns] = useState<string[]>([]);
  const [shown, setShown] = useState(false);
  const nameProblem = /^[\w+=,.@-]{1,64}$/.test(name) ? undefined : t("iam.user.nameRule");
  const passwordProblem = console && password === "" ? t("common.required") : undefined;
  const create = useAction(async () => {
    await iam.send(new CreateUserCommand({ UserName: name }));
    const after = async (what: string, work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        flash.error(what, error);
      }
    };
    for (const PolicyArn of arns) {
      await after(PolicyArn, () => iam.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn })));
    }
    if (console) {
      const profile = { UserName: name, Password: password, PasswordResetRequired: reset };
      await after(t("iam.password"), () => iam.send(new CreateLoginProfileCommand(profile)));
    }
    flash.success(t("common.created.flash", { name }));
    navigate(`/iam/users/${encodeURIComponent(name)}`);
  });
  const commands = [
    cli("iam", "create-user", { userName: name }),
    ...arns.map((policyArn) => cli("iam", "attach-user-policy", { userName: name, policyArn })),
    ...(console ? [cli("iam", "create-login-profile", { userName: name, password: "PASSWORD", passwordResetRequired: reset })] : []),
  ];
  const go = (to: number) => {
    const stop = to > step && step === 0 && (nameProblem ?? passwordProblem) !== undefined;
    setShown(stop);
    if (stop) focusFirstProblem();
    else setStep(to);
  };
  return (
    <Page title={t("iam.user.create")} crumbs={[{ text: t("iam.users"), href: "#/iam/users" }]} bare contentType="wizard">
      <Wizard
        activeStepIndex={step}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => navigate("/iam/users")}
        onSubmit={() => void create.run()}
        isLoadingNextStep={create.busy}
        submitButtonText={t("iam.user.create")}
        steps={[
          {
            title: t("iam.user.details"),
            content: (
              <Container header={<Header variant="h2">{t("iam.user.details")}</Header>}>
                <SpaceBetween size="m">
                  <FormField label={t("iam.user.name")} errorText={shown ? nameProblem : undefined}>
                    <Input value={name} onChange={({ detail }) => setName(detail.value)} />
                  </FormField>
                  <Checkbox checked={console} onChange={({ detail }) => setConsole(detail.checked)}>
                    {t("iam.user.console")}
                  </Checkbox>
                  {console && (
                    <Checkbox checked={reset} onChange={({ detail }) => setReset(detail.checked)}>
                      {t("iam.password.reset")}
                    </Checkbox>
                  )}
                  {console && (
                    <FormField label={t("iam.password")} errorText={shown ? passwordProblem : undefined}>
                      <Input
                        type="password"
                        autoComplete="new-password"
                        value={password}
                        onChange={({ detail }) => setPassword(detail.value)}
                      />
                    </FormField>
                  )}
                </SpaceBetween>
              </Container>
            ),
          },
          {
            title: t("iam.user.permissions"),
            content: (
              <Container header={<Header variant="h2">{t("iam.user.permissions")}</Header>}>
                <PolicyChoice arns={arns} onChange={setArns} />
              </Container>
            ),
          },
          {
            title: t("iam.review"),
            content: (
              <SpaceBetween size="l">
                <Container header={<Header variant="h2">{t("iam.user.details")}</Header>}>
                  <KeyValuePairs
                    columns={2}
                    items={[
                      { label: t("iam.user.name"), value: name },
                      { label: t("iam.user.console"), value: console ? t("common.yes") : t("common.no") },
                      { label: t("iam.permissions"), value: arns.map((arn) => arn.replace(/^.*\//, "")).join(", ") || "–" },
                    ]}
                  />
                </Container>
                <CliPreview commands={commands} />
                <ErrorAlert error={create.error} title={t("common.createFailed", { name })} />
              </SpaceBetween>
            ),
          },
        ]}
      />
    </Page>
  );
}
