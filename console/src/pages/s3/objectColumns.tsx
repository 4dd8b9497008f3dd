// The columns of a list of objects, or of all versions of objects.
import Badge from "@cloudscape-design/components/badge";
import Link from "@cloudscape-design/components/link";
import type { Column } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { formatBytes, t } from "../../i18n";
import type { Row } from "./listing";
import { ObjectMenu } from "./ObjectMenu";
import { bucketHref, objectHref, shortName, shownName } from "./paths";
import { storageClassText } from "./storageClass";

function Name({ bucket, row: { key, kind, versionId, isLatest } }: { bucket: string; row: Row }) {
  if (kind === "marker") return <>{shownName(key)}</>;
  const href = kind === "folder" ? bucketHref(bucket, "objects", key) : objectHref(bucket, key, isLatest === false ? versionId : undefined);
  return <Link href={href}>{shownName(key)}</Link>;
}

function typeText({ key, kind }: Row): string {
  if (kind === "folder") return t("s3.folder");
  return kind === "marker" ? t("s3.version.marker") : (/\.([^./]+)$/.exec(key)?.[1] ?? "–");
}

function Version({ row: { versionId, isLatest } }: { row: Row }) {
  if (versionId === undefined) return <>–</>;
  return (
    <span className="breakable">
      {versionId === "null" ? t("s3.version.null") : versionId} {isLatest && <Badge color="blue">{t("s3.version.latest")}</Badge>}
    </span>
  );
}

export function objectColumns(bucket: string, all: boolean): Column<Row>[] {
  return [
    {
      id: "name",
      header: t("common.name"),
      minWidth: 180,
      cell: (row) => <Name bucket={bucket} row={row} />,
      text: ({ key }) => shortName(key),
      isRowHeader: true,
    },
    ...(all
      ? [{ id: "version", header: t("s3.object.version"), minWidth: 180, cell: (row: Row) => <Version row={row} />, text: ({ versionId = "" }: Row) => versionId }]
      : []),
    { id: "type", header: t("s3.object.type"), cell: typeText },
    {
      id: "modified",
      header: t("s3.object.modified"),
      minWidth: 180,
      cell: ({ modified }) => <Time value={modified} />,
      order: ({ modified }) => modified?.getTime() ?? 0,
    },
    {
      id: "size",
      header: t("s3.object.size"),
      cell: ({ size, kind }) => (kind === "object" ? formatBytes(size ?? 0) : "–"),
      order: ({ size }) => size ?? 0,
    },
    {
      id: "class",
      header: t("s3.object.storageClass"),
      // Beside version IDs there is no room for it.
      optional: all || undefined,
      cell: ({ storageClass, kind }) => (kind === "object" ? storageClassText(storageClass) : "–"),
    },
    {
      id: "actions",
      header: t("s3.object.actions"),
      cell: ({ key, kind, versionId }) =>
        kind !== "marker" && <ObjectMenu bucket={bucket} objectKey={key} versionId={versionId} isFolder={kind === "folder"} />,
    },
  ];
}
