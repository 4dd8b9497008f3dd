// Edits a key policy as JSON, shows what changes, saves it.
import { GetKeyPolicyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate, useParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { cli } from "../../components/cli";
import { CliPreview } from "../../components/CliPreview";
import { ErrorAlert } from "../../components/ErrorAlert";
import { FormActions } from "../../components/FormActions";
import { Page } from "../../components/Page";
import { PolicyDiff } from "../../components/PolicyDiff";
import { jsonProblem, PolicyEditor, prettyJson } from "../../components/PolicyEditor";
import { UnboundServices } from "../../components/UnboundServices";
import { useStopGuard } from "../../components/useStopGuard";
import { useSubmit } from "../../components/useSubmit";
import { useUnsaved } from "../../components/useUnsaved";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { PolicyTemplates } from "./PolicyTemplates";

export function EditPolicy() {
  const { id = "" } = useParams();
  const { kms, region } = useClients();
  const { account } = useSession();
  const flash = useFlash();
  const navigate = useNavigate();
  const [text, setText] = useState<string>();
  const stored = useQuery(
    async (abortSignal) => {
      const answer = await kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" }), { abortSignal });
      return prettyJson(answer.Policy ?? "");
    },
    [kms, id],
  );
  const policy = text ?? stored.data ?? "";
  const problem = jsonProblem(policy);
  const unsaved = useUnsaved(text !== undefined && text !== stored.data);
  const home = `/kms/keys/${encodeURIComponent(id)}`;
  const guard = useStopGuard();
  const keyArn = `arn:aws:kms:${region}:${account}:key/${id}`;
  const save = useAction(async () => {
    if (!(await guard.passes({ KeyArn: keyArn, Policy: policy }))) return;
    await kms.send(new PutKeyPolicyCommand({ KeyId: id, PolicyName: "default", Policy: policy }));
    unsaved.release();
    flash.success(t("common.edited.flash", { name: t("kms.policy") }));
    navigate(home);
  });
  const { submit } = useSubmit(problem === undefined, () => void save.run());
  const crumbs = [
    { text: t("kms.keys.title"), href: "#/kms/keys" },
    { text: id, href: `#${home}` },
  ];
  return (
    <Page title={t("kms.policy.edit")} crumbs={crumbs}>
      {unsaved.dialog}
      {guard.dialog}
      <ErrorAlert error={stored.error} onRetry={stored.reload} />
      {stored.data !== undefined && (
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">{t("kms.policy")}</Header>}>
            <SpaceBetween size="m">
              <PolicyTemplates policy={policy} onChange={setText} />
              <FormField stretch errorText={problem}>
                <PolicyEditor value={policy} onChange={setText} label={t("kms.policy")} kind="Key" />
              </FormField>
              <UnboundServices policy={policy} />
            </SpaceBetween>
          </Container>
          <Container header={<Header variant="h2">{t("kms.policy.changes")}</Header>}>
            <PolicyDiff before={stored.data} after={policy} label={t("kms.policy.changes")} />
          </Container>
          <CliPreview commands={[cli("kms", "put-key-policy", { keyId: id, policyName: "default", policy })]} />
          <ErrorAlert error={save.error} title={t("common.editFailed", { name: t("kms.policy") })} />
          <FormActions
            submit={t("common.save")}
            busy={save.busy}
            onSubmit={() => submit()}
            onCancel={() => navigate(home)}
          />
        </SpaceBetween>
      )}
    </Page>
  );
}
