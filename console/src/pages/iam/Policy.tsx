// One managed policy: its document, and who has it.
import {
  CreatePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListEntitiesForPolicyCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { CopyText } from "../../components/CopyText";
import { ErrorAlert } from "../../components/ErrorAlert";
import { JsonView } from "../../components/JsonView";
import { ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { jsonProblem, PolicyEditor, prettyJson } from "../../components/PolicyEditor";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { plainDocument } from "./model";

export function Policy() {
  const { arn = "" } = useParams();
  const { iam } = useClients();
  const policy = useQuery(
    async (abortSignal) => {
      const { Policy: facts } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }), { abortSignal });
      const version = { PolicyArn: arn, VersionId: facts?.DefaultVersionId };
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand(version), { abortSignal });
      return { facts, document: prettyJson(plainDocument(PolicyVersion?.Document)) };
    },
    [iam, arn],
  );
  const name = policy.data?.facts?.PolicyName ?? arn;
  const editable = !arn.startsWith("arn:aws:iam::aws:");
  return (
    <Page title={name} crumbs={[{ text: t("iam.policies"), href: "#/iam/policies" }]}>
      <ErrorAlert error={policy.error} onRetry={policy.reload} />
      {policy.data && (
        <SpaceBetween size="l">
          <Container>
            <KeyValuePairs
              columns={3}
              items={[
                { label: t("common.arn"), value: <CopyText text={arn} name={t("common.arn")} /> },
                { label: t("iam.policy.version"), value: policy.data.facts?.DefaultVersionId ?? "–" },
                { label: t("iam.policy.attached"), value: policy.data.facts?.AttachmentCount ?? 0 },
              ]}
            />
          </Container>
          <Tabs
            ariaLabel={name}
            tabs={[
              {
                id: "document",
                label: t("iam.permissions"),
                content: editable ? (
                  <Document key={policy.data.facts?.DefaultVersionId} arn={arn} stored={policy.data.document} onDone={policy.reload} />
                ) : (
                  <JsonView value={policy.data.document} label={t("iam.policy.document")} />
                ),
              },
              { id: "entities", label: t("iam.policy.entities"), content: <Entities arn={arn} /> },
            ]}
          />
        </SpaceBetween>
      )}
    </Page>
  );
}

function Document({ arn, stored, onDone }: { arn: string; stored: string; onDone: () => void }) {
  const { iam } = useClients();
  const flash = useFlash();
  const [text, setText] = useState(stored);
  const save = useAction(async () => {
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: text, SetAsDefault: true }));
    flash.success(t("common.edited.flash", { name: t("iam.policy.document") }));
    onDone();
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
          {t("iam.policy.document")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={save.error} />
        <FormField stretch errorText={problem}>
          <PolicyEditor value={text} onChange={setText} label={t("iam.policy.document")} kind="Managed" />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

function Entities({ arn }: { arn: string }) {
  const { iam } = useClients();
  const entities = useQuery(
    async (abortSignal) => {
      const answer = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: arn }), { abortSignal });
      return [
        ...(answer.PolicyUsers ?? []).map(({ UserName = "" }) => ({ name: UserName, kind: t("iam.user") })),
        ...(answer.PolicyGroups ?? []).map(({ GroupName = "" }) => ({ name: GroupName, kind: t("iam.group") })),
        ...(answer.PolicyRoles ?? []).map(({ RoleName = "" }) => ({ name: RoleName, kind: t("iam.role") })),
      ];
    },
    [iam, arn],
  );
  return (
    <ListTable
      name="iam-entities"
      query={entities}
      title={t("iam.policy.entities")}
      trackBy={({ name, kind }) => `${kind} ${name}`}
      empty={{ title: t("iam.policy.entities.empty") }}
      columns={[
        { id: "name", header: t("common.name"), cell: ({ name }) => name, text: ({ name }) => name, isRowHeader: true },
        { id: "kind", header: t("iam.policy.type"), cell: ({ kind }) => kind, text: ({ kind }) => kind },
      ]}
    />
  );
}
