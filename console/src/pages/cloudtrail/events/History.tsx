// The event history: the management events of the last 90 days, with or without a trail.
import type { LookupAttributeKey } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router-dom";
import { ListTable } from "../../../components/ListTable";
import { Page } from "../../../components/Page";
import { formatNumber, t } from "../../../i18n";
import { Compare } from "./Compare";
import { historyColumns } from "./columns";
import { eventsCsv, eventsJson, save } from "./download";
import { ATTRIBUTES, type Choice, LookupForm, momentsOf } from "./LookupForm";
import type { HistoryRow } from "./record";
import { useHistory } from "./useHistory";

const COMPARED_MAX = 5;

/** The filter in the address; without one, what changed something: `ReadOnly = false`. */
function choiceOf(parameters: URLSearchParams): Omit<Choice, "range"> {
  if (parameters.has("request")) return { key: "", value: "" };
  const key = parameters.get("attribute");
  if (key === null) return { key: "ReadOnly", value: "false" };
  const known = ATTRIBUTES.some(([one]) => one === key);
  return { key: known ? (key as LookupAttributeKey) : "", value: parameters.get("value") ?? "" };
}

export function History() {
  const [parameters, setParameters] = useSearchParams();
  const [range, setRange] = useState<Choice["range"]>(null);
  const { key, value } = choiceOf(parameters);
  const moments = useMemo(() => momentsOf(range), [range]);
  const request = parameters.get("request") ?? "";
  const history = useHistory({ key, value, ...moments, request });
  const [selected, setSelected] = useState<HistoryRow[]>([]);
  const [comparing, setComparing] = useState(false);
  const rows = history.data ?? [];

  const apply = (choice: Choice) => {
    setRange(choice.range);
    setSelected([]);
    if (choice.key !== key || choice.value !== value) setParameters({ attribute: choice.key, value: choice.value });
  };
  const download = (kind: string) => {
    if (kind === "csv") save("event_history.csv", "text/csv", eventsCsv(rows));
    else save("event_history.json", "application/json", eventsJson(rows));
  };
  return (
    <Page title={t("trail.nav.events")} bare contentType="table">
      <ListTable<HistoryRow>
        key={request}
        name="history"
        variant="full-page"
        query={history}
        columns={historyColumns()}
        trackBy={({ id }) => id}
        title={t("trail.nav.events")}
        description={t("history.about")}
        pageSize={50}
        selection="multi"
        selected={selected}
        onSelect={setSelected}
        selectionLabel={({ event, id }) => `${event.EventName} ${id}`}
        isDisabled={(row) => selected.length >= COMPARED_MAX && !selected.some(({ id }) => id === row.id)}
        filterPlaceholder={t("history.find")}
        startText={request}
        searchText={({ event }) => event.CloudTrailEvent ?? ""}
        filters={<LookupForm key={`${key}=${value}`} choice={{ key, value, range }} onApply={apply} />}
        actions={
          <>
            <Button disabled={selected.length < 2} onClick={() => setComparing(true)}>
              {t("history.compare")}
            </Button>
            <ButtonDropdown
              disabled={rows.length === 0}
              items={[
                { id: "csv", text: t("history.download.csv"), description: t("history.download.csv.about") },
                { id: "json", text: t("history.download.json") },
              ]}
              onItemClick={({ detail }) => download(detail.id)}
            >
              {t("history.download")}
            </ButtonDropdown>
          </>
        }
        empty={{
          title: t("event.none"),
          action: <Button onClick={() => apply({ key: "", value: "", range: null })}>{t("common.clearFilter")}</Button>,
        }}
        footer={
          rows.length > 0 && (
            <Box textAlign="center">
              <SpaceBetween size="s" direction="horizontal" alignItems="center">
                <span>{t("history.loaded", { count: formatNumber(rows.length) })}</span>
                {history.more && <Button onClick={history.more}>{t("history.more")}</Button>}
              </SpaceBetween>
            </Box>
          )
        }
      />
      {comparing && <Compare rows={selected} onDismiss={() => setComparing(false)} />}
    </Page>
  );
}
