// The list of trails.
import { DeleteTrailCommand } from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { clientsFor } from "../../aws/clients";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { type Column, ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { TrailStatus } from "./TrailStatus";
import { type TrailRow, trailHref, useTrailRows } from "./trails";

const yesNo = (value: boolean | undefined) => t(value ? "common.yes" : "common.no");

function columns(): Column<TrailRow>[] {
  return [
    {
      id: "name",
      header: t("common.name"),
      minWidth: 180,
      cell: ({ name, arn }) => <Link href={trailHref(arn)}>{name}</Link>,
      text: ({ name }) => name,
      isRowHeader: true,
    },
    { id: "home", header: t("trail.homeRegion"), cell: ({ homeRegion }) => homeRegion, text: ({ homeRegion }) => homeRegion },
    { id: "multi", header: t("trail.multiRegion"), cell: ({ trail }) => yesNo(trail.IsMultiRegionTrail) },
    { id: "insights", optional: true, header: t("trail.nav.insights"), cell: () => t("common.disabled") },
    { id: "organization", optional: true, header: t("trail.organization"), cell: ({ trail }) => yesNo(trail.IsOrganizationTrail) },
    {
      id: "bucket",
      header: t("trail.bucket"),
      cell: ({ trail }) => <Link href={`#/s3/buckets/${trail.S3BucketName}`}>{trail.S3BucketName}</Link>,
      text: ({ trail }) => trail.S3BucketName ?? "",
    },
    {
      id: "prefix",
      header: t("trail.prefix.column"),
      cell: ({ trail }) => trail.S3KeyPrefix ?? "–",
      text: ({ trail }) => trail.S3KeyPrefix ?? "",
    },
    { id: "logs", optional: true, header: t("trail.logGroup"), cell: ({ trail }) => trail.CloudWatchLogsLogGroupArn ?? "–" },
    { id: "status", header: t("trail.status"), minWidth: 130, cell: (row) => <TrailStatus row={row} /> },
  ];
}

export function DeleteTrail({ row, onDone, onDismiss }: { row: TrailRow; onDone: () => void; onDismiss: () => void }) {
  const flash = useFlash();
  const remove = async () => {
    await clientsFor(row.homeRegion).cloudtrail.send(new DeleteTrailCommand({ Name: row.arn }));
    flash.success(t("common.deleted.flash", { name: row.name }));
    onDone();
  };
  return (
    <ConfirmDelete title={t("trail.delete.title", { name: row.name })} onConfirm={remove} onDismiss={onDismiss}>
      {t("trail.delete.text", { name: row.name, bucket: row.trail.S3BucketName ?? "" })}
    </ConfirmDelete>
  );
}

export function Trails() {
  const rows = useTrailRows();
  const [selected, setSelected] = useState<TrailRow[]>([]);
  const [deleting, setDeleting] = useState<TrailRow>();
  const create = (
    <Button variant="primary" href="#/cloudtrail/trails/create">
      {t("trail.create")}
    </Button>
  );
  return (
    <Page title={t("trail.nav.trails")} bare contentType="table">
      <ListTable
        name="trails"
        variant="full-page"
        query={rows}
        title={t("trail.nav.trails")}
        trackBy={({ arn }) => arn}
        columns={columns()}
        sortBy="name"
        selection="single"
        selected={selected}
        onSelect={setSelected}
        selectionLabel={({ name }) => name}
        filterPlaceholder={t("trail.find")}
        actions={
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(selected[0])}>
              {t("common.delete")}
            </Button>
            {create}
          </>
        }
        empty={{ title: t("trail.empty"), action: create }}
      />
      {deleting && (
        <DeleteTrail
          row={deleting}
          onDismiss={() => setDeleting(undefined)}
          onDone={() => {
            setDeleting(undefined);
            setSelected([]);
            rows.reload();
          }}
        />
      )}
    </Page>
  );
}
