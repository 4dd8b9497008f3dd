// The files that wait, with the reason, and the files that were given up.
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Query } from "../../aws/useQuery";
import { ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { formatNumber, t } from "../../i18n";
import type { Deliveries, Delivery, Loss, Queue } from "./deliveries";
import { trailHref } from "./trails";

type Of<T> = T & { trail: Delivery };

/** The same query, with one row for each part of each delivery. */
function flattened<T>(query: Query<Deliveries>, parts: (delivery: Delivery) => readonly T[]) {
  const data = query.data?.Deliveries.flatMap((trail) => parts(trail).map((part): Of<T> => ({ ...part, trail })));
  return { ...query, data };
}

const trailColumn = {
  id: "trail",
  header: "",
  cell: ({ trail }: { trail: Delivery }) => <Link href={trailHref(trail.TrailARN)}>{trail.Name}</Link>,
  text: ({ trail }: { trail: Delivery }) => trail.Name,
  isRowHeader: true,
};

function at(seconds: number | undefined) {
  return <Time value={seconds === undefined ? undefined : new Date(seconds * 1000)} />;
}

export function WaitingTable({ query }: { query: Query<Deliveries> }) {
  return (
    <ListTable<Of<Queue>>
      name="delivery-waiting"
      plain
      variant="container"
      query={flattened(query, ({ Queues }) => Queues)}
      title={t("trail.queue.title")}
      description={t("trail.queue.about")}
      trackBy={({ trail, Bucket, Folder }) => `${trail.TrailARN} ${Bucket}/${Folder}`}
      empty={{ title: t("trail.queue.empty") }}
      columns={[
        { ...trailColumn, header: t("trail.one") },
        {
          id: "state",
          header: t("trail.status"),
          cell: ({ Attempts, Error }) =>
            Attempts > 0 ? (
              <StatusIndicator type="error">{Error ?? t("trail.queue.refused")}</StatusIndicator>
            ) : (
              <StatusIndicator type="in-progress">{t("trail.queue.waiting")}</StatusIndicator>
            ),
          text: ({ Error }) => Error ?? "",
        },
        { id: "kind", header: t("trail.queue.kind"), cell: ({ Kind }) => t(Kind === "LogFile" ? "trail.queue.logFile" : "trail.queue.digest") },
        { id: "place", header: t("trail.queue.place"), cell: ({ Bucket, Folder }) => `${Bucket}/${Folder}`, text: ({ Bucket, Folder }) => `${Bucket}/${Folder}` },
        { id: "files", header: t("trail.queue.files"), cell: ({ Files }) => formatNumber(Files), order: ({ Files }) => Files },
        { id: "events", header: t("trail.queue.events"), cell: ({ Kind, Events }) => (Kind === "LogFile" ? formatNumber(Events) : "–"), order: ({ Events }) => Events },
        { id: "oldest", header: t("trail.queue.oldest"), cell: ({ Oldest }) => at(Oldest), order: ({ Oldest }) => Oldest },
        { id: "attempts", header: t("trail.queue.attempts"), cell: ({ Attempts }) => formatNumber(Attempts), order: ({ Attempts }) => Attempts },
        { id: "next", header: t("trail.queue.next"), cell: ({ NextAttempt }) => at(NextAttempt) },
      ]}
    />
  );
}

export function LossTable({ query }: { query: Query<Deliveries> }) {
  return (
    <ListTable<Of<Loss>>
      name="delivery-losses"
      plain
      variant="container"
      query={flattened(query, ({ Losses }) => Losses)}
      title={t("trail.loss.title")}
      description={t("trail.loss.about")}
      trackBy={({ trail, Bucket, Object: key }) => `${trail.TrailARN} ${Bucket}/${key}`}
      empty={{ title: t("trail.loss.empty") }}
      columns={[
        { ...trailColumn, header: t("trail.one") },
        { id: "object", header: t("trail.loss.object"), cell: ({ Bucket, Object: key }) => `${Bucket}/${key}`, text: ({ Object: key }) => key },
        { id: "events", header: t("trail.queue.events"), cell: ({ Events }) => formatNumber(Events), order: ({ Events }) => Events },
        { id: "error", header: t("trail.delivery.error"), cell: ({ Error }) => Error ?? "–", text: ({ Error }) => Error ?? "" },
        { id: "givenUp", header: t("trail.loss.givenUp"), cell: ({ GivenUp }) => at(GivenUp), order: ({ GivenUp }) => GivenUp },
      ]}
    />
  );
}
