// Create policy: the document as JSON, and a name.
import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { cli } from "../../components/cli";
import { CliPreview } from "../../components/CliPreview";
import { ErrorAlert } from "../../components/ErrorAlert";
import { focusFirstProblem } from "../../components/focusProblem";
import { FormActions } from "../../components/FormActions";
import { Page } from "../../components/Page";
import { jsonProblem, PolicyEditor } from "../../components/PolicyEditor";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { FIRST_DOCUMENT } from "./model";

export function CreatePolicy() {
  const { iam } = useClients();
  const flash = useFlash();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [document, setDocument] = useState(FIRST_DOCUMENT);
  const create = useAction(async () => {
    await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document }));
    flash.success(t("common.created.flash", { name }));
    navigate("/iam/policies");
  });
  const [shown, setShown] = useState(false);
  const nameProblem = /^[\w+=,.@-]{1,128}$/.test(name) ? undefined : t(name === "" ? "common.required" : "iam.policy.nameRule");
  const submit = () => {
    setShown(true);
    if (nameProblem === undefined && jsonProblem(document) === undefined) void create.run();
    else focusFirstProblem();
  };
  return (
    <Page title={t("iam.policy.create")} crumbs={[{ text: t("iam.policies"), href: "#/iam/policies" }]} contentType="form">
      <Container header={<Header variant="h2">{t("iam.policy.specify")}</Header>}>
        <FormField stretch label={t("iam.policy.document")} errorText={jsonProblem(document)}>
          <PolicyEditor value={document} onChange={setDocument} label={t("iam.policy.document")} kind="Managed" />
        </FormField>
      </Container>
      <Container header={<Header variant="h2">{t("iam.policy.details")}</Header>}>
        <FormField label={t("iam.policy.name")} errorText={shown ? nameProblem : undefined}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      </Container>
      <CliPreview commands={[cli("iam", "create-policy", { policyName: name, policyDocument: document })]} />
      <ErrorAlert error={create.error} title={t("common.createFailed", { name })} />
      <FormActions
        submit={t("iam.policy.create")}
        busy={create.busy}
        onSubmit={submit}
        onCancel={() => navigate("/iam/policies")}
      />
    </Page>
  );
}
