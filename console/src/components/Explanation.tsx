// Why a call was refused: the deciding policy and statement, and what each layer of policies said.
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { useState } from "react";
import { useClients } from "../aws/clients";
import { errorLine } from "../aws/errors";
import { type Denial, type MatchedPolicy, type NearMiss, eventHref, explain } from "../aws/explain";
import { useQuery } from "../aws/useQuery";
import { lookup, t } from "../i18n";

/** `shown` opens it at once: where the refusal is what the page is about. */
export function Explanation({ requestId, shown = false }: { requestId: string; shown?: boolean }) {
  const [open, setOpen] = useState(shown);
  return (
    <ExpandableSection
      headerText={t("common.explain")}
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      {open && <Denials requestId={requestId} />}
    </ExpandableSection>
  );
}

function Denials({ requestId }: { requestId: string }) {
  const clients = useClients();
  const denials = useQuery((signal) => explain(clients, requestId, signal), [clients, requestId]);
  if (denials.loading) return <div role="status">{t("common.loading")}</div>;
  if (denials.error !== undefined) return <div>{errorLine(denials.error)}</div>;
  return (
    <>
      {denials.data?.length ? denials.data.map((denial, at) => <Told key={at} denial={denial} />) : t("explain.none")}
      <div>
        <a href={eventHref(requestId)}>{t("explain.event")}</a>
      </div>
    </>
  );
}

function Told({ denial }: { denial: Denial }) {
  const { kind, layer, by } = denial.Reason;
  const where = layer ? named("explain.layer", layer) : "";
  const reason = by
    ? t("explain.by", { where, policy: by.arn ?? by.name, statement: by.statement })
    : (lookup(`explain.reason.${kind}`)?.replace("{where}", where) ?? kind);
  return (
    <>
      <div>{t("explain.asked", { principal: denial.Principal, action: denial.Action, resource: denial.Resource })}</div>
      <div>
        <strong>{reason}</strong>
      </div>
      {(denial.NearMisses ?? []).map((miss, at) => (
        <Missed key={at} miss={miss} />
      ))}
      <ul className="checks">
        {denial.Checks.map((check, at) => (
          <li key={at}>
            {named("explain.check", check.checkType)}: {named("explain.effect", check.evaluatedEffect)}
            {check.matchedPolicies.map((matched, place) => (
              <div key={place}>{statementLine(matched)}</div>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What kept a statement from allowing: one line for each condition. */
function Missed({ miss: { layer, by, conditions } }: { miss: NearMiss }) {
  const where = named("explain.layer", layer);
  return (
    <div>
      {t("explain.near", { where, statement: by.statement })}
      <ul className="checks">
        {conditions.map(({ operator, key, expected, found }, at) => (
          <li key={at}>
            {t("explain.condition", {
              operator,
              key,
              expected: expected.join(", "),
              found: found.length > 0 ? found.join(", ") : t("explain.absent"),
            })}
          </li>
        ))}
      </ul>
    </div>
  );
}

function statementLine({ name, arn, statement, effect }: MatchedPolicy): string {
  return t("explain.statement", { policy: arn ?? name, statement, effect });
}

/** The words for a name of the engine; the name itself where there are none. */
function named(group: string, name: string): string {
  return lookup(`${group}.${name}`) ?? name;
}
