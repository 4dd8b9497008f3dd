// General purpose buckets.
import type { Bucket } from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { useBuckets } from "../../components/BucketPicker";
import { ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { useCopy } from "../../shell/useCopy";
import { DeleteBucket } from "./DeleteBucket";
import { EmptyBucket } from "./EmptyBucket";
import { bucketHref } from "./paths";

export function Buckets() {
  const buckets = useBuckets();
  const [selected, setSelected] = useState<Bucket[]>([]);
  const copy = useCopy();
  const [asking, setAsking] = useState<"delete" | "empty">();
  const name = selected[0]?.Name;
  const done = () => {
    setAsking(undefined);
    setSelected([]);
    buckets.reload();
  };
  const create = (
    <Button variant="primary" href="#/s3/buckets/create">
      {t("s3.create")}
    </Button>
  );
  return (
    <Page title={t("s3.buckets.title")} bare contentType="table">
      <ListTable
        name="s3-buckets"
        variant="full-page"
        query={buckets}
        title={t("s3.buckets.title")}
        trackBy={({ Name = "" }) => Name}
        selection="single"
        selected={selected}
        onSelect={setSelected}
        empty={{ title: t("s3.buckets.empty"), action: create }}
        filterPlaceholder={t("s3.buckets.find")}
        sortBy="name"
        columns={[
          {
            id: "name",
            header: t("common.name"),
            minWidth: 160,
            cell: ({ Name = "" }) => <Link href={bucketHref(Name)}>{Name}</Link>,
            text: ({ Name = "" }) => Name,
            isRowHeader: true,
          },
          {
            id: "region",
            header: t("s3.region"),
            cell: ({ BucketRegion }) => BucketRegion ?? "–",
            text: ({ BucketRegion = "" }) => BucketRegion,
          },
          {
            id: "created",
            header: t("common.created"),
            cell: ({ CreationDate }) => <Time value={CreationDate} />,
            order: ({ CreationDate }) => CreationDate?.getTime() ?? 0,
          },
        ]}
        actions={
          <>
            <Button disabled={!name} onClick={() => name && copy(`arn:aws:s3:::${name}`)}>
              {t("s3.copy.arn")}
            </Button>
            <Button disabled={!name} onClick={() => setAsking("empty")}>
              {t("s3.empty")}
            </Button>
            <Button disabled={!name} onClick={() => setAsking("delete")}>
              {t("common.delete")}
            </Button>
            {create}
          </>
        }
      />
      {name && asking === "delete" && <DeleteBucket name={name} onDone={done} onDismiss={() => setAsking(undefined)} />}
      {name && asking === "empty" && <EmptyBucket name={name} onDone={done} onDismiss={() => setAsking(undefined)} />}
    </Page>
  );
}
