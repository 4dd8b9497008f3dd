// Create role: who may assume it, its name, its policies.
import { AttachRolePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useAction } from "../../aws/useAction";
import { cli } from "../../components/cli";
import { CliPreview } from "../../components/CliPreview";
import { ErrorAlert } from "../../components/ErrorAlert";
import { FormActions } from "../../components/FormActions";
import { Page } from "../../components/Page";
import { jsonProblem, PolicyEditor } from "../../components/PolicyEditor";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { PolicyChoice } from "./Permissions";

function accountTrust(account: string): string {
  const statement = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);
}

export function CreateRole() {
  const { iam } = useClients();
  const { account } = useSession();
  const flash = useFlash();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [trust, setTrust] = useState(() => accountTrust(account));
  const [arns, setArns] = useState<string[]>([]);
  const create = useAction(async () => {
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
    for (const PolicyArn of arns) await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
    flash.success(t("common.created.flash", { name }));
    navigate(`/iam/roles/${encodeURIComponent(name)}`);
  });
  const ready = /^[\w+=,.@-]{1,64}$/.test(name) && jsonProblem(trust) === undefined;
  const commands = [
    cli("iam", "create-role", { roleName: name, assumeRolePolicyDocument: trust }),
    ...arns.map((policyArn) => cli("iam", "attach-role-policy", { roleName: name, policyArn })),
  ];
  return (
    <Page title={t("iam.role.create")} crumbs={[{ text: t("iam.roles"), href: "#/iam/roles" }]} contentType="form">
      <Container header={<Header variant="h2">{t("iam.role.trusted")}</Header>}>
        <FormField stretch label={t("iam.role.trust")} errorText={jsonProblem(trust)}>
          <PolicyEditor value={trust} onChange={setTrust} label={t("iam.role.trust")} heightPx={260} />
        </FormField>
      </Container>
      <Container header={<Header variant="h2">{t("iam.permissions.add")}</Header>}>
        <PolicyChoice arns={arns} onChange={setArns} />
      </Container>
      <Container header={<Header variant="h2">{t("iam.role.details")}</Header>}>
        <FormField label={t("iam.role.name")}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      </Container>
      <CliPreview commands={commands} />
      <ErrorAlert error={create.error} title={t("common.createFailed", { name })} />
      <FormActions
        submit={t("iam.role.create")}
        busy={create.busy}
        disabled={!ready}
        onSubmit={() => void create.run()}
        onCancel={() => navigate("/iam/roles")}
      />
    </Page>
  );
}
