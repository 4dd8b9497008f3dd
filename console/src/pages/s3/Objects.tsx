// The objects under a prefix, folder by folder; with all their versions when asked.
import { DeleteObjectsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ErrorAlert } from "../../components/ErrorAlert";
import { InlineForm } from "../../components/InlineForm";
import { ListTable } from "../../components/ListTable";
import { formatNumber, t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { listing, type Row } from "./listing";
import { objectColumns } from "./objectColumns";
import { shortName, shownName, uploadHref } from "./paths";
import { isRestorable, restore } from "./restore";

interface Props {
  bucket: string;
  prefix: string;
}

/** Names in a message; of many only the first ones. */
function namesOf(rows: readonly Row[]): string {
  const names = rows.slice(0, 10).map(({ key, versionId }) => (versionId ? `${shortName(key)} (${versionId})` : shortName(key)));
  return rows.length > names.length ? t("s3.objects.more", { names: names.join(", "), count: formatNumber(rows.length - names.length) }) : names.join(", ");
}

export function Objects({ bucket, prefix }: Props) {
  const { s3 } = useClients();
  const flash = useFlash();
  const [all, setAll] = useState(false);
  const [chosen, setChosen] = useState<Row[]>([]);
  const [deleting, setDeleting] = useState(false);
  const objects = useQuery<readonly Row[]>((signal) => listing(s3, bucket, prefix, all, signal), [s3, bucket, prefix, all]);
  // What was deleted meanwhile, or is in another folder, is not chosen any more.
  const selected = (objects.data ?? []).filter(({ id, kind }) => kind !== "folder" && chosen.some((one) => one.id === id));
  const [only] = selected;
  const bring = useAction(async () => {
    if (!only) return;
    await restore(s3, bucket, only);
    flash.success(t("s3.version.restored", { name: shownName(only.key) }));
    setChosen([]);
    objects.reload();
  });
  const upload = (
    <Button variant="primary" iconName="upload" href={uploadHref(bucket, prefix)}>
      {t("s3.upload")}
    </Button>
  );
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={bring.error} title={t("s3.version.restoreFailed")} onDismiss={bring.clear} />
      <ListTable<Row>
        key={all ? "versions" : "objects"}
        name={all ? "s3-versions" : "s3-objects"}
        query={objects}
        title={t("s3.objects")}
        trackBy={({ id }) => id}
        selectionLabel={({ key, versionId = "" }) => `${shownName(key)} ${versionId}`.trim()}
        selection="multi"
        selected={selected}
        onSelect={setChosen}
        isDisabled={({ kind }) => kind === "folder"}
        empty={{ title: t("s3.objects.empty"), text: t("s3.objects.emptyText"), action: upload }}
        filterPlaceholder={t("s3.objects.find")}
        filters={
          <Toggle checked={all} onChange={({ detail }) => setAll(detail.checked)}>
            {t("s3.versions.show")}
          </Toggle>
        }
        columns={objectColumns(bucket, all)}
        actions={
          <>
            {all && (
              <Button disabled={selected.length !== 1 || !isRestorable(only)} loading={bring.busy} onClick={() => void bring.run()}>
                {t("s3.version.restore")}
              </Button>
            )}
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              {t("common.delete")}
            </Button>
            <NewFolder bucket={bucket} prefix={prefix} onDone={objects.reload} />
            {upload}
          </>
        }
      />
      {deleting && (
        <ConfirmDelete
          title={t(all ? "s3.versions.delete" : "s3.objects.delete")}
          word={all ? t("s3.empty.word") : undefined}
          onDismiss={() => setDeleting(false)}
          onConfirm={async () => {
            const Objects = selected.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
            const answer = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
            const [failed] = answer.Errors ?? [];
            if (failed) throw Object.assign(new Error(failed.Message), { name: failed.Code ?? "Error" });
            flash.success(t("common.deleted.flash", { name: namesOf(selected) }));
            setDeleting(false);
            setChosen([]);
            objects.reload();
          }}
        >
          {t(all ? "s3.versions.delete.text" : "s3.objects.delete.text", { names: namesOf(selected) })}
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

function NewFolder({ bucket, prefix, onDone }: Props & { onDone: () => void }) {
  const { s3 } = useClients();
  const flash = useFlash();
  const [name, setName] = useState<string>();
  const create = useAction(async () => {
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${name}/`, Body: "", ContentLength: 0 }));
      setName(undefined);
      onDone();
    } catch (error) {
      flash.error(t("common.createFailed", { name: name ?? "" }), error);
    }
  });
  if (name === undefined) return <Button onClick={() => setName("")}>{t("s3.folder.create")}</Button>;
  return (
    <InlineForm
      label={t("s3.folder.name")}
      value={name}
      onChange={setName}
      action={t("common.create")}
      busy={create.busy}
      onSubmit={() => void create.run()}
    />
  );
}
