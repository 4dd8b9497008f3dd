// Each trail of this region: whether it records, and what it delivered last.
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import { ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { type TrailRow, useTrailRows } from "../cloudtrail/trails";
import { TrailStatus } from "../cloudtrail/TrailStatus";

export function TrailHealth() {
  const query = useTrailRows();
  return (
    <ListTable<TrailRow>
      name="home-trails"
      plain
      query={query}
      title={t("home.trails")}
      trackBy={({ arn }) => arn}
      actions={<Link href="#/cloudtrail/trails">{t("common.viewAll")}</Link>}
      empty={{
        title: t("home.trails.empty"),
        action: <Button href="#/cloudtrail/trails/create">{t("search.createTrail")}</Button>,
      }}
      columns={[
        {
          id: "name",
          header: t("common.name"),
          cell: ({ name, arn }) => <Link href={`#/cloudtrail/trails/${encodeURIComponent(arn)}`}>{name}</Link>,
          text: ({ name }) => name,
          isRowHeader: true,
        },
        { id: "status", header: t("home.trails.status"), minWidth: 130, cell: (row) => <TrailStatus row={row} /> },
        {
          id: "delivered",
          header: t("home.trails.delivered"),
          cell: ({ status }) => <Time value={status?.LatestDeliveryTime} />,
        },
        {
          id: "digest",
          header: t("home.trails.digest"),
          cell: ({ status }) => <Time value={status?.LatestDigestDeliveryTime} />,
        },
      ]}
    />
  );
}
