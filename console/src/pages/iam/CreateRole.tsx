// Create role: whom it trusts, what it may do, its name.
import { AttachRolePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useAction } from "../../aws/useAction";
import { cli } from "../../components/cli";
import { CliPreview } from "../../components/CliPreview";
import { ErrorAlert } from "../../components/ErrorAlert";
import { JsonView } from "../../components/JsonView";
import { focusFirstProblem } from "../../components/focusProblem";
import { Page } from "../../components/Page";
import { jsonProblem } from "../../components/PolicyEditor";
import { TagRows } from "../../components/TagRows";
import { type Tag, tagPairs } from "../../components/tags";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { PolicyChoice } from "./Permissions";
import { FIRST, trustPolicy, trustProblems, type Trusted } from "./trust";
import { TrustFields } from "./TrustFields";

/** Source: the model's `roleDescriptionType`. */
const DESCRIPTION_MAX = 1000;
const DESCRIPTION = /^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/;

export function CreateRole() {
  const { iam } = useClients();
  const { account } = useSession();
  const flash = useFlash();
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [trusted, setTrusted] = useState<Trusted>(FIRST);
  const [arns, setArns] = useState<string[]>([]);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [tags, setTags] = useState<{ rows: readonly Tag[]; valid: boolean }>({ rows: [], valid: true });
  const [shown, setShown] = useState(false);
  const trust = trustPolicy(trusted, account);
  const trustOk = trustProblems(trusted).size === 0 && jsonProblem(trust) === undefined;
  const nameOk = /^[\w+=,.@-]{1,64}$/.test(name);
  const nameWrong = shown && !nameOk;
  const descriptionOk = description.length <= DESCRIPTION_MAX && DESCRIPTION.test(description);
  const Tags = tagPairs(tags.rows).map(({ key, value }) => ({ Key: key, Value: value }));
  const create = useAction(async () => {
    const more = { Description: description || undefined, Tags: Tags.length > 0 ? Tags : undefined };
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust, ...more }));
    for (const PolicyArn of arns) {
      try {
        await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
      } catch (error) {
        flash.error(PolicyArn, error);
      }
    }
    flash.success(t("common.created.flash", { name }));
    navigate(`/iam/roles/${encodeURIComponent(name)}`);
  });
  const commands = [
    cli("iam", "create-role", {
      roleName: name,
      assumeRolePolicyDocument: trust,
      description,
      tags: Tags.length > 0 ? Tags : undefined,
    }),
    ...arns.map((policyArn) => cli("iam", "attach-role-policy", { roleName: name, policyArn })),
  ];
  const go = (to: number) => {
    const stop = to > 0 && !trustOk;
    setShown(stop);
    if (stop) focusFirstProblem();
    else setStep(to);
  };
  const submit = () => {
    const ready = nameOk && descriptionOk && tags.valid;
    setShown(!ready);
    if (ready) void create.run();
    else focusFirstProblem();
  };
  const review = (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{t("iam.role.facts")}</Header>}>
        <SpaceBetween size="l">
          <FormField
            label={t("iam.role.name")}
            constraintText={nameWrong ? undefined : t("iam.user.nameRule")}
            errorText={nameWrong ? t("iam.user.nameRule") : undefined}
          >
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          <FormField
            label={t("iam.role.description")}
            constraintText={descriptionOk && t("iam.role.description.rule", { max: DESCRIPTION_MAX })}
            errorText={!descriptionOk ? t("iam.role.description.rule", { max: DESCRIPTION_MAX }) : undefined}
          >
            <Textarea rows={2} value={description} onChange={({ detail }) => setDescription(detail.value)} />
          </FormField>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">{t("iam.role.trust")}</Header>}>
        <JsonView value={trust} label={t("iam.role.trust")} />
      </Container>
      <Container header={<Header variant="h2">{t("iam.permissions")}</Header>}>
        {arns.map((arn) => arn.replace(/^.*\//, "")).join(", ") || "–"}
      </Container>
      <Container header={<Header variant="h2">{t("iam.role.tags")}</Header>}>
        <TagRows tags={tags.rows} onChange={(rows, valid) => setTags({ rows, valid })} />
      </Container>
      <CliPreview commands={commands} />
      <ErrorAlert error={create.error} title={t("common.createFailed", { name })} />
    </SpaceBetween>
  );
  return (
    <Page title={t("iam.role.create")} crumbs={[{ text: t("iam.roles"), href: "#/iam/roles" }]} bare contentType="wizard">
      <Wizard
        activeStepIndex={step}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => navigate("/iam/roles")}
        onSubmit={submit}
        isLoadingNextStep={create.busy}
        submitButtonText={t("iam.role.create")}
        steps={[
          {
            title: t("iam.role.trusted"),
            content: (
              <TrustFields
                value={trusted}
                onChange={(part) => setTrusted((before) => ({ ...before, ...part }))}
                problems={shown ? trustProblems(trusted) : new Set()}
              />
            ),
          },
          {
            title: t("iam.permissions.add"),
            content: (
              <Container header={<Header variant="h2">{t("iam.permissions.policies")}</Header>}>
                <PolicyChoice arns={arns} onChange={setArns} />
              </Container>
            ),
          },
          { title: t("iam.role.details"), content: review },
        ]}
      />
    </Page>
  );
}
