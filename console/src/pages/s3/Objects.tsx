// The objects under a prefix, folder by folder, a thousand at a time.
import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand, type _Object } from "@aws-sdk/client-s3";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { everyPage, useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ErrorAlert } from "../../components/ErrorAlert";
import { ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { formatBytes, t } from "../../i18n";
import { printable } from "../../i18n/printable";
import { useFlash } from "../../shell/flash";
import { bucketHref, objectHref, shortName, shownName, uploadHref } from "./paths";
import { storageClassText } from "./storageClass";

interface Row extends _Object {
  Key: string;
  isFolder: boolean;
}

export function Objects({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { s3 } = useClients();
  const flash = useFlash();
  const [selected, setSelected] = useState<Row[]>([]);
  const [deleting, setDeleting] = useState(false);
  const [folder, setFolder] = useState<string>();
  const objects = useQuery<readonly Row[]>(
    (abortSignal) =>
      everyPage(
        (ContinuationToken) =>
          s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: "/", ContinuationToken }), {
            abortSignal,
          }),
        (answer) => answer.NextContinuationToken,
        (answer) => [
          ...(answer.CommonPrefixes ?? []).map(({ Prefix = "" }): Row => ({ Key: Prefix, isFolder: true })),
          ...(answer.Contents ?? [])
            .filter(({ Key }) => Key !== prefix)
            .map(({ Key = "", ...facts }): Row => ({ ...facts, Key, isFolder: false })),
        ],
      ),
    [s3, bucket, prefix],
  );
  const create = useAction(async () => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${folder}/`, Body: "", ContentLength: 0 }));
    setFolder(undefined);
    objects.reload();
  });
  const files = selected.filter(({ isFolder }) => !isFolder);
  const upload = (
    <Button variant="primary" iconName="upload" href={uploadHref(bucket, prefix)}>
      {t("s3.upload")}
    </Button>
  );
  return (
    <SpaceBetween size="m">
      {prefix && <Place bucket={bucket} prefix={prefix} />}
      <ErrorAlert error={create.error} />
      <ListTable
        name="s3-objects"
        query={objects}
        title={t("s3.objects")}
        trackBy={({ Key }) => Key}
        selectionLabel={({ Key }) => shownName(Key)}
        selection="multi"
        selected={selected}
        onSelect={setSelected}
        isDisabled={({ isFolder }) => isFolder}
        empty={{ title: t("s3.objects.empty"), text: t("s3.objects.emptyText"), action: upload }}
        filterPlaceholder={t("s3.objects.find")}
        columns={[
          {
            id: "name",
            header: t("common.name"),
            cell: ({ Key, isFolder }) => (
              <Link href={isFolder ? bucketHref(bucket, "objects", Key) : objectHref(bucket, Key)}>{shownName(Key)}</Link>
            ),
            text: ({ Key }) => shortName(Key),
            isRowHeader: true,
          },
          {
            id: "type",
            header: t("s3.object.type"),
            cell: ({ Key, isFolder }) => (isFolder ? t("s3.folder") : (/\.([^./]+)$/.exec(Key)?.[1] ?? "–")),
          },
          {
            id: "modified",
            header: t("s3.object.modified"),
            minWidth: 200,
            cell: ({ LastModified }) => <Time value={LastModified} />,
            order: ({ LastModified }) => LastModified?.getTime() ?? 0,
          },
          {
            id: "size",
            header: t("s3.object.size"),
            cell: ({ Size, isFolder }) => (isFolder ? "–" : formatBytes(Size ?? 0)),
            order: ({ Size }) => Size ?? 0,
          },
          {
            id: "class",
            header: t("s3.object.storageClass"),
            cell: ({ StorageClass, isFolder }) => (isFolder ? "–" : storageClassText(StorageClass)),
          },
        ]}
        actions={
          <>
            <Button disabled={files.length === 0} onClick={() => setDeleting(true)}>
              {t("common.delete")}
            </Button>
            {folder === undefined ? (
              <Button onClick={() => setFolder("")}>{t("s3.folder.create")}</Button>
            ) : (
              <SpaceBetween size="xs" direction="horizontal">
                <Input
                  value={folder}
                  placeholder={t("s3.folder.name")}
                  ariaLabel={t("s3.folder.name")}
                  onChange={({ detail }) => setFolder(detail.value)}
                />
                <Button disabled={folder.trim() === ""} loading={create.busy} onClick={() => void create.run()}>
                  {t("common.create")}
                </Button>
              </SpaceBetween>
            )}
            {upload}
          </>
        }
      />
      {deleting && (
        <ConfirmDelete
          title={t("s3.objects.delete")}
          onDismiss={() => setDeleting(false)}
          onConfirm={async () => {
            const Objects = files.map(({ Key }) => ({ Key }));
            const answer = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
            const [failed] = answer.Errors ?? [];
            if (failed) throw Object.assign(new Error(failed.Message), { name: failed.Code ?? "Error" });
            flash.success(t("common.deleted.flash", { name: files.map(({ Key }) => shortName(Key)).join(", ") }));
            setDeleting(false);
            setSelected([]);
            objects.reload();
          }}
        >
          {t("s3.objects.delete.text", { names: files.map(({ Key }) => Key).join(", ") })}
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

function Place({ bucket, prefix }: { bucket: string; prefix: string }) {
  const parts = prefix.split("/").filter(Boolean);
  const items = [
    { text: bucket, href: bucketHref(bucket, "objects") },
    ...parts.map((text, at) => ({
      text: `${printable(text)}/`,
      href: bucketHref(bucket, "objects", `${parts.slice(0, at + 1).join("/")}/`),
    })),
  ];
  return <BreadcrumbGroup items={items} ariaLabel={t("s3.place")} />;
}
