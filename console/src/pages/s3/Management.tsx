// What happens to objects in time: the lifecycle rules of a bucket.
import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  type TransitionDefaultMinimumObjectSize,
} from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { isCode } from "../../aws/errors";
import { useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ListTable } from "../../components/ListTable";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { filterText, actionsText } from "./lifecycle";
import { LifecycleForm } from "./LifecycleForm";
import { StoredManagement } from "./sections/StoredOnly";

interface Stored {
  rules: LifecycleRule[];
  /** Kept as it is: other clients set it. */
  minimum?: TransitionDefaultMinimumObjectSize;
}

export function Management({ bucket }: { bucket: string }) {
  return (
    <SpaceBetween size="l">
      <Lifecycle bucket={bucket} />
      <StoredManagement />
    </SpaceBetween>
  );
}

function Lifecycle({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const flash = useFlash();
  const [chosen, setChosen] = useState<LifecycleRule[]>([]);
  const [editing, setEditing] = useState<LifecycleRule | "new">();
  const [deleting, setDeleting] = useState<LifecycleRule>();
  const stored = useQuery<Stored>(
    async (abortSignal) => {
      try {
        const answer = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }), { abortSignal });
        return { rules: answer.Rules ?? [], minimum: answer.TransitionDefaultMinimumObjectSize };
      } catch (error) {
        if (isCode(error, "NoSuchLifecycleConfiguration")) return { rules: [] };
        throw error;
      }
    },
    [s3, bucket],
  );
  const rules = stored.data?.rules ?? [];
  const selected = rules.find(({ ID }) => ID === chosen[0]?.ID);
  const save = async (Rules: LifecycleRule[]) => {
    if (Rules.length === 0) await s3.send(new DeleteBucketLifecycleCommand({ Bucket: bucket }));
    else {
      await s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: bucket,
          LifecycleConfiguration: { Rules },
          TransitionDefaultMinimumObjectSize: stored.data?.minimum,
        }),
      );
    }
    flash.success(t("common.edited.flash", { name: t("s3.lifecycle") }));
    setEditing(undefined);
    setDeleting(undefined);
    setChosen([]);
    stored.reload();
  };
  return (
    <>
      <ListTable<LifecycleRule>
        name="s3-lifecycle"
        plain
        query={{ ...stored, data: stored.data?.rules }}
        title={t("s3.lifecycle")}
        description={t("s3.lifecycle.why")}
        trackBy={({ ID = "" }) => ID}
        selection="single"
        selected={selected ? [selected] : []}
        onSelect={setChosen}
        empty={{ title: t("s3.lifecycle.none") }}
        columns={[
          { id: "id", header: t("s3.lifecycle.name"), cell: ({ ID }) => ID ?? "–", text: ({ ID = "" }) => ID, isRowHeader: true },
          {
            id: "status",
            header: t("s3.lifecycle.status"),
            cell: ({ Status }) =>
              Status === "Enabled" ? (
                <StatusIndicator>{t("common.enabled")}</StatusIndicator>
              ) : (
                <StatusIndicator type="stopped">{t("common.disabled")}</StatusIndicator>
              ),
          },
          { id: "scope", header: t("s3.lifecycle.scope"), cell: filterText, text: filterText },
          { id: "actions", header: t("s3.lifecycle.actions"), minWidth: 240, cell: (rule) => actionsText(rule).map((line) => <div key={line}>{line}</div>) },
        ]}
        actions={
          <>
            <Button disabled={!selected} onClick={() => setEditing(selected)}>
              {t("common.edit")}
            </Button>
            <Button disabled={!selected} onClick={() => setDeleting(selected)}>
              {t("common.delete")}
            </Button>
            <Button disabled={stored.data === undefined} onClick={() => setEditing("new")}>
              {t("s3.lifecycle.create")}
            </Button>
          </>
        }
      />
      {editing && (
        <LifecycleForm
          rule={editing === "new" ? undefined : editing}
          taken={rules.filter((rule) => rule !== editing).map(({ ID = "" }) => ID)}
          onDismiss={() => setEditing(undefined)}
          onSave={(rule) => save(editing === "new" ? [...rules, rule] : rules.map((one) => (one === editing ? rule : one)))}
        />
      )}
      {deleting && (
        <ConfirmDelete
          title={t("s3.lifecycle.delete", { name: deleting.ID ?? "" })}
          onDismiss={() => setDeleting(undefined)}
          onConfirm={() => save(rules.filter((rule) => rule !== deleting))}
        >
          {t("s3.lifecycle.delete.text")}
        </ConfirmDelete>
      )}
    </>
  );
}
