// Edits a bucket policy as JSON, shows what changes, saves it.
import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate, useParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { cli } from "../../components/cli";
import { CliPreview } from "../../components/CliPreview";
import { CopyText } from "../../components/CopyText";
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
import { loadPolicy } from "./Permissions";
import { bucketHref } from "./paths";

const EMPTY = '{\n  "Version": "2012-10-17",\n  "Statement": []\n}';

export function BucketPolicy() {
  const { name = "" } = useParams();
  const { s3 } = useClients();
  const flash = useFlash();
  const navigate = useNavigate();
  const [text, setText] = useState<string>();
  const stored = useQuery(async (signal) => prettyJson(await loadPolicy(s3, name, signal)), [s3, name]);
  const policy = text ?? (stored.data || EMPTY);
  const problem = jsonProblem(policy);
  const unsaved = useUnsaved(text !== undefined && text !== stored.data);
  const home = bucketHref(name, "permissions").slice(1);
  const guard = useStopGuard();
  const save = useAction(async () => {
    if (!(await guard.passes({ Bucket: name, Policy: policy }))) return;
    await s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy: policy }));
    unsaved.release();
    flash.success(t("s3.policy.saved"));
    navigate(home);
  });
  const { submit } = useSubmit(problem === undefined, () => void save.run());
  const crumbs = [
    { text: t("s3.buckets.title"), href: "#/s3/buckets" },
    { text: name, href: bucketHref(name) },
  ];
  return (
    <Page title={t("s3.policy.edit")} crumbs={crumbs}>
      {unsaved.dialog}
      {guard.dialog}
      <ErrorAlert error={stored.error} onRetry={stored.reload} />
      {stored.data !== undefined && (
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">{t("s3.policy")}</Header>}>
            <SpaceBetween size="m">
              <FormField label={t("s3.bucketArn")}>
                <CopyText text={`arn:aws:s3:::${name}`} name={t("s3.bucketArn")} />
              </FormField>
              <FormField stretch errorText={problem}>
                <PolicyEditor value={policy} onChange={setText} label={t("s3.policy")} kind="Bucket" bucket={name} />
              </FormField>
              <UnboundServices policy={policy} />
            </SpaceBetween>
          </Container>
          <Container header={<Header variant="h2">{t("s3.policy.changes")}</Header>}>
            <PolicyDiff before={stored.data} after={policy} label={t("s3.policy.changes")} />
          </Container>
          <CliPreview commands={[cli("s3api", "put-bucket-policy", { bucket: name, policy })]} />
          <ErrorAlert error={save.error} title={t("common.editFailed", { name: t("s3.policy") })} />
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
