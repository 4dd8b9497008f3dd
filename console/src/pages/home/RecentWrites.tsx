// The ten newest events that changed something.
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import Link from "@cloudscape-design/components/link";
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { EventTable } from "../../components/EventTable";
import { t } from "../../i18n";

export function RecentWrites() {
  const { cloudtrail } = useClients();
  const query = useQuery(
    async (abortSignal) => {
      const answer = await cloudtrail.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: "ReadOnly", AttributeValue: "false" }],
          MaxResults: 10,
        }),
        { abortSignal },
      );
      return answer.Events ?? [];
    },
    [cloudtrail],
  );
  return (
    <EventTable
      name="home-events"
      title={t("home.events")}
      query={query}
      actions={<Link href="#/cloudtrail/events">{t("common.viewAll")}</Link>}
    />
  );
}
