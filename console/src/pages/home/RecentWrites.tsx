// The ten newest events that changed something, in any region.
import { type Event, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import Link from "@cloudscape-design/components/link";
import { useRef } from "react";
import { cloudTrailIn, useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useQuery } from "../../aws/useQuery";
import { EventTable, memberOf } from "../../components/EventTable";
import { t } from "../../i18n";
import { REGION_CODES } from "../../shell/regions";

const NEWEST = 10;
/** IAM, STS and sign-in record there. */
const GLOBAL = "us-east-1";

// Each query is recorded as an event in its region: frequent visits query all regions once, and then
// only those with events. The button queries all of them again.
let quiet = new Set<string>();
let quietFor = "";
let quietSince = 0;
/** After so long all are asked again without the button. */
const QUIET_MS = 10 * 60 * 1000;

function regionsToAsk(user: string, here: string, all: boolean): string[] {
  if (all || quietFor !== user || Date.now() - quietSince > QUIET_MS) {
    quiet = new Set();
    quietFor = user;
    quietSince = Date.now();
  }
  const codes = [...new Set([here, GLOBAL, ...REGION_CODES])];
  return codes.filter((code) => code === here || code === GLOBAL || !quiet.has(code));
}

async function writesIn(region: string, abortSignal: AbortSignal): Promise<Event[]> {
  const LookupAttributes = [{ AttributeKey: "ReadOnly" as const, AttributeValue: "false" }];
  const { Events = [] } = await cloudTrailIn(region).send(new LookupEventsCommand({ LookupAttributes, MaxResults: NEWEST }), { abortSignal });
  if (Events.length === 0) quiet.add(region);
  return Events;
}

const newestFirst = (a: Event, b: Event) => (b.EventTime?.getTime() ?? 0) - (a.EventTime?.getTime() ?? 0);

export function RecentWrites() {
  const { region } = useClients();
  const { arn } = useSession();
  const again = useRef(false);
  const query = useQuery<readonly Event[]>(
    async (signal) => {
      // The present region first: a refusal is shown once, not for every region.
      const own = await writesIn(region, signal);
      const others = regionsToAsk(arn, region, again.current).filter((code) => code !== region);
      const more = await Promise.all(others.map((code) => writesIn(code, signal)));
      return [own, ...more].flat().sort(newestFirst).slice(0, NEWEST);
    },
    [region, arn],
  );
  return (
    <EventTable
      name="home-events"
      title={t("home.events")}
      description={t("home.events.about")}
      query={{
        ...query,
        reload: () => {
          again.current = true;
          query.reload();
        },
      }}
      more={[
        {
          id: "region",
          header: t("home.events.region"),
          cell: (event) => memberOf(event, "awsRegion") ?? "–",
          text: (event) => memberOf(event, "awsRegion") ?? "",
        },
      ]}
      actions={<Link href="#/cloudtrail/events">{t("common.viewAll")}</Link>}
    />
  );
}
