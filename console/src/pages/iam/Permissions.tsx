// The policies of a user, a group or a role: attach, detach, write one inline.
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import Modal from "@cloudscape-design/components/modal";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { ErrorAlert } from "../../components/ErrorAlert";
import { ListTable } from "../../components/ListTable";
import { jsonProblem, PolicyEditor } from "../../components/PolicyEditor";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { FIRST_DOCUMENT, type Holder, loadPolicies } from "./model";

interface Row {
  id: string;
  name: string;
  /** Absent for an inline policy. */
  arn?: string;
}

export function Permissions({ holder, name }: { holder: Holder; name: string }) {
  const flash = useFlash();
  const [selected, setSelected] = useState<Row[]>([]);
  const [adding, setAdding] = useState<"attach" | "inline">();
  const policies = useQuery<readonly Row[]>(
    async (signal) => {
      const [attached, inline] = await Promise.all([holder.attached(signal), holder.inline(signal)]);
      return [
        ...attached.map(({ PolicyName = "", PolicyArn = "" }) => ({ id: PolicyArn, name: PolicyName, arn: PolicyArn })),
        ...inline.map((one) => ({ id: `inline ${one}`, name: one })),
      ];
    },
    [name],
  );
  const remove = useAction(async () => {
    for (const { name: policy, arn } of selected) await (arn ? holder.detach(arn) : holder.deleteInline(policy));
    flash.success(t("common.edited.flash", { name }));
    setSelected([]);
    policies.reload();
  });
  const added = () => {
    setAdding(undefined);
    flash.success(t("common.edited.flash", { name }));
    policies.reload();
  };
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={remove.error} />
      <ListTable
        name="iam-permissions"
        query={policies}
        title={t("iam.permissions")}
        trackBy={({ id }) => id}
        selectionLabel={(row) => row.name}
        selection="multi"
        selected={selected}
        onSelect={setSelected}
        empty={{ title: t("iam.permissions.empty") }}
        columns={[
          {
            id: "name",
            header: t("iam.policy.name"),
            cell: (row) =>
              row.arn ? <Link href={`#/iam/policies/${encodeURIComponent(row.arn)}`}>{row.name}</Link> : row.name,
            text: (row) => row.name,
            isRowHeader: true,
          },
          {
            id: "type",
            header: t("iam.policy.type"),
            cell: ({ arn }) => (arn ? t("iam.policy.managed") : t("iam.policy.inline")),
          },
        ]}
        actions={
          <>
            <Button disabled={selected.length === 0} loading={remove.busy} onClick={() => void remove.run()}>
              {t("common.remove")}
            </Button>
            <Button onClick={() => setAdding("inline")}>{t("iam.policy.inline.create")}</Button>
            <Button variant="primary" onClick={() => setAdding("attach")}>
              {t("iam.permissions.add")}
            </Button>
          </>
        }
      />
      {adding === "attach" && <Attach holder={holder} onDone={added} onDismiss={() => setAdding(undefined)} />}
      {adding === "inline" && <Inline holder={holder} onDone={added} onDismiss={() => setAdding(undefined)} />}
    </SpaceBetween>
  );
}

interface DialogProps {
  holder: Holder;
  onDone: () => void;
  onDismiss: () => void;
}

/** Chooses managed policies; shared by the pages that create users and roles. */
export function PolicyChoice({ arns, onChange, errorText }: { arns: readonly string[]; onChange: (arns: string[]) => void; errorText?: string }) {
  const { iam } = useClients();
  const policies = useQuery((signal) => loadPolicies(iam, signal), [iam]);
  const options = (policies.data ?? []).map(({ PolicyName = "", Arn = "" }) => ({
    value: Arn,
    label: PolicyName,
    description: Arn,
  }));
  return (
    <FormField label={t("iam.permissions.attach")} stretch errorText={errorText}>
      <Multiselect
        options={options}
        selectedOptions={options.filter(({ value }) => arns.includes(value))}
        statusType={policies.loading ? "loading" : "finished"}
        loadingText={t("common.loading")}
        filteringType="auto"
        placeholder={t("iam.permissions.choose")}
        ariaLabel={t("iam.permissions.attach")}
        deselectAriaLabel={({ label = "" }) => t("iam.permissions.deselect", { name: label })}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value = "" }) => value))}
      />
    </FormField>
  );
}

function Attach({ holder, onDone, onDismiss }: DialogProps) {
  const [arns, setArns] = useState<string[]>([]);
  const attach = useAction(async () => {
    for (const arn of arns) await holder.attach(arn);
    onDone();
  });
  const { shown, submit } = useSubmit(arns.length > 0, () => void attach.run());
  return (
    <Modal
      visible
      size="large"
      header={t("iam.permissions.add")}
      closeAriaLabel={t("shell.close")}
      onDismiss={onDismiss}
      footer={
        <Button variant="primary" loading={attach.busy} onClick={() => submit()}>
          {t("iam.permissions.add")}
        </Button>
      }
    >
      <SpaceBetween size="m">
        <PolicyChoice arns={arns} onChange={setArns} errorText={shown ? t("common.required") : undefined} />
        <ErrorAlert error={attach.error} />
      </SpaceBetween>
    </Modal>
  );
}

function Inline({ holder, onDone, onDismiss }: DialogProps) {
  const [policy, setPolicy] = useState("");
  const [document, setDocument] = useState(FIRST_DOCUMENT);
  const put = useAction(async () => {
    await holder.putInline(policy, document);
    onDone();
  });
  const { shown, submit } = useSubmit(policy.trim() !== "" && jsonProblem(document) === undefined, () => void put.run());
  return (
    <Modal
      visible
      size="large"
      header={t("iam.policy.inline.create")}
      closeAriaLabel={t("shell.close")}
      onDismiss={onDismiss}
      footer={
        <Button variant="primary" loading={put.busy} onClick={() => submit()}>
          {t("common.create")}
        </Button>
      }
    >
      <SpaceBetween size="m">
        <FormField label={t("iam.policy.name")} errorText={shown && policy.trim() === "" ? t("common.required") : undefined}>
          <Input value={policy} onChange={({ detail }) => setPolicy(detail.value)} />
        </FormField>
        <FormField label={t("iam.policy.document")} stretch errorText={jsonProblem(document)}>
          <PolicyEditor value={document} onChange={setDocument} label={t("iam.policy.document")} heightPx={300} kind="Inline" />
        </FormField>
        <ErrorAlert error={put.error} />
      </SpaceBetween>
    </Modal>
  );
}
