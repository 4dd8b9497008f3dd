// Whether what the trail delivered is still what it was: the verdict, the chain of each region, and
// what is wrong with which file. The server reads the files as the signed-in user.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useEffect, useRef, useState } from "react";
import { type Counts, type Section, type Validation as Found, type Verdict, validateTrail } from "../../../aws/inquiry";
import { ErrorAlert } from "../../../components/ErrorAlert";
import { Time } from "../../../components/Time";
import { type MessageKey, formatNumber, t } from "../../../i18n";
import { Findings } from "./Findings";
import { useTrail } from "./useTrail";

const DAY_MS = 24 * 60 * 60 * 1000;
const RANGES = [1, 7, 30, 90] as const;
type Days = (typeof RANGES)[number];
const RANGE_NAMES: Record<Days, MessageKey> = {
  1: "validate.range.1",
  7: "validate.range.7",
  30: "validate.range.30",
  90: "validate.range.90",
};

const TYPES: Record<Verdict, StatusIndicatorProps.Type> = {
  VALID: "success",
  INVALID: "error",
  UNREADABLE: "warning",
  NOTHING: "info",
};

interface State {
  found?: Found;
  error?: unknown;
  running: boolean;
}

export function Validation() {
  const { arn, clients } = useTrail();
  const [days, setDays] = useState<Days>(7);
  const [{ found, error, running }, setState] = useState<State>({ running: false });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  const start = () => {
    controller.current?.abort();
    const own = new AbortController();
    controller.current = own;
    setState({ running: true });
    const show = (so: Found) => !own.signal.aborted && setState({ found: so, running: true });
    validateTrail(clients, { name: arn, start: new Date(Date.now() - days * DAY_MS) }, show, own.signal).then(
      () => !own.signal.aborted && setState((before) => ({ ...before, running: false })),
      (thrown: unknown) => !own.signal.aborted && setState((before) => ({ ...before, error: thrown, running: false })),
    );
  };
  const cancel = () => {
    controller.current?.abort();
    setState((before) => ({ ...before, running: false }));
  };
  const options = RANGES.map((one) => ({ value: String(one), label: t(RANGE_NAMES[one]) }));
  return (
    <Container
      header={
        <Header
          description={t("validate.about")}
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              <Select
                options={options}
                selectedOption={options.find(({ value }) => value === String(days)) ?? null}
                onChange={({ detail }) => setDays((Number(detail.selectedOption.value) || 7) as Days)}
                ariaLabel={t("validate.range")}
                disabled={running}
              />
              {running ? <Button onClick={cancel}>{t("common.cancel")}</Button> : <Button onClick={start}>{t("validate.start")}</Button>}
            </SpaceBetween>
          }
        >
          {t("validate.title")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ErrorAlert error={error} title={t("validate.failed")} onRetry={start} />
        {running && <ProgressBar value={Math.round((found?.Progress ?? 0) * 100)} label={t("validate.running")} />}
        {found && <Result found={found} running={running} complete={!running && error === undefined && found.Progress === 1} />}
      </SpaceBetween>
    </Container>
  );
}

function Result({ found, running, complete }: { found: Found; running: boolean; complete: boolean }) {
  return (
    <SpaceBetween size="m">
      {(complete || found.Verdict === "INVALID") && <VerdictAlert found={found} />}
      {!complete && !running && <Alert statusIconAriaLabel={t("common.flash.info")}>{t("validate.incomplete")}</Alert>}
      {found.Warnings.length > 0 && (
        <Alert type="warning" header={t("validate.warnings")} statusIconAriaLabel={t("common.flash.warning")}>
          {found.Warnings.map((text) => (
            <div key={text}>{text}</div>
          ))}
        </Alert>
      )}
      <Regions sections={found.Regions} />
      <Findings findings={found.Findings} leftOut={found.FindingsLeftOut ?? 0} />
    </SpaceBetween>
  );
}

function VerdictAlert({ found: { Verdict: verdict, StartTime, EndTime } }: { found: Found }) {
  const indicator = TYPES[verdict];
  const type = indicator === "success" || indicator === "error" || indicator === "warning" ? indicator : "info";
  return (
    <Alert type={type} header={t(`validate.verdict.${verdict}`)} statusIconAriaLabel={t(`common.flash.${type}`)}>
      <Time value={new Date(StartTime * 1000)} /> – <Time value={new Date(EndTime * 1000)} />
    </Alert>
  );
}

function ratio(...all: Counts[]): string {
  const sum = (of: (counts: Counts) => number) => all.reduce((total, counts) => total + of(counts), 0);
  const valid = sum(({ Valid }) => Valid);
  const total = sum(({ Valid, Invalid, Unreadable }) => Valid + Invalid + Unreadable);
  return t("validate.ratio", { valid: formatNumber(valid), total: formatNumber(total) });
}

function Regions({ sections }: { sections: readonly Section[] }) {
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3">{t("validate.regions")}</Header>}
      ariaLabels={{ tableLabel: t("validate.regions") }}
      items={sections}
      trackBy="Region"
      wrapLines
      columnDefinitions={[
        { id: "region", header: t("history.region"), cell: ({ Region }) => Region, isRowHeader: true },
        {
          id: "verdict",
          header: t("validate.chain"),
          minWidth: 130,
          cell: ({ Verdict: verdict, IsDone }) => {
            if (!IsDone && verdict !== "INVALID") return <StatusIndicator type="in-progress">{t("validate.inProgress")}</StatusIndicator>;
            return <StatusIndicator type={TYPES[verdict]}>{t(`validate.word.${verdict}`)}</StatusIndicator>;
          },
        },
        { id: "digests", header: t("validate.digests"), cell: ({ Digests, BackfillDigests }) => ratio(Digests, BackfillDigests) },
        { id: "logs", header: t("validate.logs"), cell: ({ LogFiles }) => ratio(LogFiles) },
        { id: "extra", header: t("validate.extra"), cell: ({ ExtraFiles }) => formatNumber(ExtraFiles) },
        { id: "pending", header: t("validate.pending"), cell: ({ PendingLogFiles }) => formatNumber(PendingLogFiles) },
        {
          id: "newest",
          header: t("validate.newest"),
          cell: ({ NewestDigest }) => (NewestDigest === undefined ? "–" : <Time value={new Date(NewestDigest * 1000)} />),
        },
      ]}
    />
  );
}
