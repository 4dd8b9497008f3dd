// One role: its policies and whom it trusts.
import { DeleteRoleCommand, GetRoleCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { CopyText } from "../../components/CopyText";
import { ErrorAlert } from "../../components/ErrorAlert";
import { Page } from "../../components/Page";
import { jsonProblem, PolicyEditor, prettyJson } from "../../components/PolicyEditor";
import { Time } from "../../components/Time";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { plainDocument, roleHolder } from "./model";
import { Permissions } from "./Permissions";

export function Role() {
  const { name = "" } = useParams();
  const { iam } = useClients();
  const flash = useFlash();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const role = useQuery(
    async (abortSignal) => (await iam.send(new GetRoleCommand({ RoleName: name }), { abortSignal })).Role,
    [iam, name],
  );
  const holder = useMemo(() => roleHolder(iam, name), [iam, name]);
  return (
    <Page
      title={name}
      crumbs={[{ text: t("iam.roles"), href: "#/iam/roles" }]}
      actions={<Button onClick={() => setDeleting(true)}>{t("common.delete")}</Button>}
    >
      <ErrorAlert error={role.error} onRetry={role.reload} />
      {role.data && (
        <SpaceBetween size="l">
          <Container>
            <KeyValuePairs
              columns={2}
              items={[
                { label: t("common.arn"), value: <CopyText text={role.data.Arn} name={t("common.arn")} /> },
                { label: t("common.created"), value: <Time value={role.data.CreateDate} /> },
                { label: t("iam.role.description"), value: role.data.Description || "–" },
                { label: t("iam.role.duration"), value: role.data.MaxSessionDuration ?? "–" },
              ]}
            />
          </Container>
          <Tabs
            ariaLabel={name}
            tabs={[
              { id: "permissions", label: t("iam.permissions"), content: <Permissions holder={holder} name={name} /> },
              {
                id: "trust",
                label: t("iam.role.relationships"),
                content: <Trust role={name} stored={prettyJson(plainDocument(role.data.AssumeRolePolicyDocument))} />,
              },
            ]}
          />
        </SpaceBetween>
      )}
      {deleting && (
        <ConfirmDelete
          title={t("iam.delete", { name })}
          word={name}
          onDismiss={() => setDeleting(false)}
          onConfirm={async () => {
            await iam.send(new DeleteRoleCommand({ RoleName: name }));
            flash.success(t("common.deleted.flash", { name }));
            navigate("/iam/roles");
          }}
        >
          {t("iam.role.delete.text")}
        </ConfirmDelete>
      )}
    </Page>
  );
}

function Trust({ role, stored }: { role: string; stored: string }) {
  const { iam } = useClients();
  const flash = useFlash();
  const [text, setText] = useState(stored);
  const save = useAction(async () => {
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument: text }));
    flash.success(t("common.edited.flash", { name: t("iam.role.trust") }));
  });
  const problem = jsonProblem(text);
  const { submit } = useSubmit(problem === undefined, () => void save.run());
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button disabled={text === stored} loading={save.busy} onClick={() => submit()}>
              {t("common.save")}
            </Button>
          }
        >
          {t("iam.role.trust")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={save.error} />
        <FormField stretch errorText={problem}>
          <PolicyEditor value={text} onChange={setText} label={t("iam.role.trust")} heightPx={320} kind="Trust" />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
