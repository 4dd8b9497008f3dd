// The front page of CloudTrail: trails, newest events, delivery.
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { EventTable } from "../../components/EventTable";
import { ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { Unavailable } from "../../components/Unavailable";
import { t } from "../../i18n";
import { DeliveryTable } from "./DeliveryTable";
import { TrailStatus } from "./TrailStatus";
import { trailHref, useTrailRows } from "./trails";

const NEWEST = 5;

function NewestEvents() {
  const { cloudtrail } = useClients();
  const query = useQuery(
    async (abortSignal) => {
      const answer = await cloudtrail.send(new LookupEventsCommand({ MaxResults: NEWEST }), { abortSignal });
      return answer.Events ?? [];
    },
    [cloudtrail],
  );
  return (
    <EventTable
      name="dashboard-events"
      title={t("trail.nav.events")}
      query={query}
      actions={<Link href="#/cloudtrail/events">{t("trail.dashboard.allEvents")}</Link>}
    />
  );
}

export function Dashboard() {
  const rows = useTrailRows();
  const create = (
    <Button variant="primary" href="#/cloudtrail/trails/create">
      {t("trail.create")}
    </Button>
  );
  return (
    <Page title={t("trail.nav.dashboard")} actions={create}>
      <ListTable
        name="dashboard-trails"
        plain
        query={rows}
        title={t("trail.nav.trails")}
        trackBy={({ arn }) => arn}
        actions={<Link href="#/cloudtrail/trails">{t("common.viewAll")}</Link>}
        empty={{ title: t("trail.dashboard.empty"), text: t("trail.dashboard.emptyText"), action: create }}
        columns={[
          {
            id: "name",
            header: t("common.name"),
            cell: ({ name, arn }) => <Link href={trailHref(arn)}>{name}</Link>,
            text: ({ name }) => name,
            isRowHeader: true,
          },
          { id: "status", header: t("trail.status"), minWidth: 130, cell: (row) => <TrailStatus row={row} /> },
        ]}
      />
      <DeliveryTable query={rows} name="dashboard-delivery" />
      <NewestEvents />
      <Container header={<Header>{t("trail.nav.insights")}</Header>}>
        <Unavailable>{t("trail.insights.why")}</Unavailable>
      </Container>
    </Page>
  );
}
