// What each trail delivered last, what it tried, and what went wrong.
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Query } from "../../aws/useQuery";
import { ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { formatNumber, t } from "../../i18n";
import { TrailStatus } from "./TrailStatus";
import type { Deliveries } from "./deliveries";
import { type TrailRow, trailHref } from "./trails";

function Problem({ text }: { text: string | undefined }) {
  if (!text) return <>–</>;
  return <StatusIndicator type="error">{text}</StatusIndicator>;
}

interface Props {
  query: Query<readonly TrailRow[]>;
  name: string;
  /** Adds how long the last log file of each trail took. */
  delays?: Deliveries;
}

export function DeliveryTable({ query, name, delays }: Props) {
  const delay = (arn: string) => delays?.Deliveries.find(({ TrailARN }) => TrailARN === arn)?.LatestDelay;
  return (
    <ListTable
      name={name}
      query={query}
      plain
      title={t("trail.delivery.title")}
      variant="container"
      description={delays && t("trail.delivery.about")}
      trackBy={({ arn }) => arn}
      empty={{ title: t("trail.dashboard.empty") }}
      columns={[
        {
          id: "trail",
          header: t("trail.one"),
          cell: ({ name: trail, arn }) => <Link href={trailHref(arn)}>{trail}</Link>,
          text: ({ name: trail }) => trail,
          isRowHeader: true,
        },
        { id: "status", header: t("trail.status"), minWidth: 130, cell: (row) => <TrailStatus row={row} /> },
        { id: "delivered", header: t("trail.lastLogFile"), cell: ({ status }) => <Time value={status?.LatestDeliveryTime} /> },
        ...(delays
          ? [
              {
                id: "delay",
                header: t("trail.delivery.delay"),
                cell: ({ arn }: TrailRow) => {
                  const ms = delay(arn);
                  return ms === undefined ? "–" : t("trail.delivery.seconds", { count: formatNumber(Math.round(ms / 100) / 10) });
                },
              },
            ]
          : []),
        {
          id: "attempt",
          header: t("trail.delivery.attempt"),
          cell: ({ status }) => <Time value={status?.LatestDeliveryAttemptTime} />,
        },
        { id: "error", header: t("trail.delivery.error"), cell: ({ status }) => <Problem text={status?.LatestDeliveryError} /> },
        {
          id: "digest",
          header: t("trail.lastDigest"),
          cell: ({ status }) => <Time value={status?.LatestDigestDeliveryTime} />,
        },
        {
          id: "digestError",
          header: t("trail.delivery.digestError"),
          cell: ({ status }) => <Problem text={status?.LatestDigestDeliveryError} />,
        },
      ]}
    />
  );
}
