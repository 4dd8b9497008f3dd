// Create access key: what it is for and what would be better, a description, then the key itself.
import { type AccessKey, CreateAccessKeyCommand, TagUserCommand } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate, useParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useAction } from "../../aws/useAction";
import { cli } from "../../components/cli";
import { CliPreview } from "../../components/CliPreview";
import { ErrorAlert } from "../../components/ErrorAlert";
import { focusFirstProblem } from "../../components/focusProblem";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { isDescription, USE_CASES, type UseCase } from "./accessKey";
import { RetrieveAccessKey } from "./RetrieveAccessKey";

/** For the user that the address names; without one, for the signed-in user. */
export function CreateAccessKey() {
  const { name } = useParams();
  const { user, arn } = useSession();
  const home = name === undefined ? "/iam/security-credentials" : `/iam/users/${encodeURIComponent(name)}?tab=credentials`;
  const crumbs =
    name === undefined
      ? [{ text: t("iam.own"), href: `#${home}` }]
      : [
          { text: t("iam.users"), href: "#/iam/users" },
          { text: name, href: `#${home}` },
        ];
  // The root user is no user of IAM: there is nothing to put a tag on.
  const owner = name ?? (arn.endsWith(":root") ? undefined : user);
  return <Create named={name} owner={owner} home={home} crumbs={crumbs} />;
}

interface Props {
  /** What the call names; absent for oneself. */
  named: string | undefined;
  /** Whose key it is; absent for the root user. */
  owner: string | undefined;
  home: string;
  crumbs: readonly { text: string; href: string }[];
}

function Create({ named, owner, home, crumbs }: Props) {
  const { iam } = useClients();
  const flash = useFlash();
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [useCase, setUseCase] = useState<UseCase>();
  const [sure, setSure] = useState(false);
  const [description, setDescription] = useState("");
  const [shown, setShown] = useState(false);
  const [made, setMade] = useState<AccessKey>();
  const describable = isDescription(description);
  const answered = sure && (owner === undefined || useCase !== undefined);
  const create = useAction(async () => {
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: named }));
    setMade(AccessKey);
    if (owner === undefined || description === "") return;
    try {
      await iam.send(new TagUserCommand({ UserName: owner, Tags: [{ Key: AccessKey?.AccessKeyId, Value: description }] }));
    } catch (error) {
      flash.error(t("iam.accessKey.notDescribed"), error);
    }
  });
  if (made) return <RetrieveAccessKey made={made} owner={owner} home={home} crumbs={crumbs} />;

  const problem = shown && !answered ? t("common.required") : undefined;
  const go = (to: number) => {
    setShown(!answered);
    if (answered) setStep(to);
    else focusFirstProblem();
  };
  const submit = () => {
    setShown(!answered);
    if (answered && describable) void create.run();
    else focusFirstProblem();
  };
  const end = (
    <>
      <CliPreview commands={[cli("iam", "create-access-key", { userName: named })]} />
      <ErrorAlert error={create.error} title={t("common.createFailed", { name: t("iam.accessKeys") })} />
    </>
  );
  const consent = (
    <FormField errorText={problem}>
      <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>
        {owner === undefined ? t("iam.accessKey.sure.root") : t("iam.accessKey.sure")}
      </Checkbox>
    </FormField>
  );
  const purpose = (
    <Container>
      <SpaceBetween size="l">
        <FormField label={t("iam.accessKey.useCase")} stretch errorText={useCase === undefined ? problem : undefined}>
          <RadioGroup
            value={useCase ?? null}
            ariaLabel={t("iam.accessKey.useCase")}
            onChange={({ detail }) => setUseCase(detail.value as UseCase)}
            items={USE_CASES.map((id) => ({
              value: id,
              label: t(`iam.accessKey.use.${id}`),
              description: t(`iam.accessKey.use.${id}.about`),
            }))}
          />
        </FormField>
        {useCase && (
          <Alert type="warning" statusIconAriaLabel={t("common.flash.warning")} header={t("iam.accessKey.instead")}>
            {t(`iam.accessKey.use.${useCase}.instead`)}
          </Alert>
        )}
        {consent}
      </SpaceBetween>
    </Container>
  );
  const forRoot = (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="l">
          <Alert type="warning" statusIconAriaLabel={t("common.flash.warning")} header={t("iam.accessKey.root.title")}>
            {t("iam.accessKey.root.text")}
          </Alert>
          {consent}
        </SpaceBetween>
      </Container>
      {end}
    </SpaceBetween>
  );
  const describe = (
    <SpaceBetween size="l">
      <Container>
        <FormField
          label={t("iam.accessKey.description")}
          description={t("iam.accessKey.description.about")}
          constraintText={describable && t("iam.accessKey.description.rule")}
          errorText={describable ? undefined : t("iam.accessKey.description.rule")}
        >
          <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
        </FormField>
      </Container>
      {end}
    </SpaceBetween>
  );
  return (
    <Page title={t("iam.accessKey.create")} crumbs={crumbs} bare contentType="wizard">
      <Wizard
        activeStepIndex={step}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => navigate(home)}
        onSubmit={submit}
        isLoadingNextStep={create.busy}
        submitButtonText={t("iam.accessKey.create")}
        steps={
          owner === undefined
            ? [{ title: t("iam.accessKey.alternatives.root"), content: forRoot }]
            : [
                { title: t("iam.accessKey.alternatives"), description: t("iam.accessKey.alternatives.about"), content: purpose },
                { title: t("iam.accessKey.describe"), description: t("iam.accessKey.describe.about"), isOptional: true, content: describe },
              ]
        }
      />
    </Page>
  );
}
