// Up to five events side by side; what differs is marked.
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { t } from "../../../i18n";
import { type HistoryRow, leaves } from "./record";

interface Compared {
  path: string;
  values: readonly (string | undefined)[];
  differs: boolean;
}

function compare(rows: readonly HistoryRow[]): Compared[] {
  const maps = rows.map(({ record }) => leaves(record));
  const paths = [...new Set(maps.flatMap((map) => [...map.keys()]))];
  return paths.map((path) => {
    const values = maps.map((map) => map.get(path));
    return { path, values, differs: new Set(values).size > 1 };
  });
}

export function Compare({ rows, onDismiss }: { rows: readonly HistoryRow[]; onDismiss: () => void }) {
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const all = useMemo(() => compare(rows), [rows]);
  return (
    <Modal visible size="max" header={t("history.compare")} closeAriaLabel={t("shell.close")} onDismiss={onDismiss}>
      <SpaceBetween size="s">
        <Toggle checked={onlyDifferent} onChange={({ detail }) => setOnlyDifferent(detail.checked)}>
          {t("history.compare.onlyDifferent")}
        </Toggle>
        <Table
          variant="embedded"
          wrapLines
          contentDensity="compact"
          trackBy="path"
          items={all.filter(({ differs }) => differs || !onlyDifferent)}
          ariaLabels={{ tableLabel: t("history.compare") }}
          columnDefinitions={[
            { id: "path", header: t("history.compare.field"), cell: ({ path }) => path, isRowHeader: true },
            ...rows.map(({ id, event }, index) => ({
              id,
              header: `${event.EventName} ${id.slice(0, 8)}`,
              cell: ({ values, differs }: Compared) => <span className={differs ? "differs" : undefined}>{values[index] ?? "–"}</span>,
            })),
          ]}
        />
      </SpaceBetween>
    </Modal>
  );
}
