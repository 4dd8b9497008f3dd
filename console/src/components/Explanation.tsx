// Why a call was denied: the deciding policy and statement, and the result of each layer of policies.
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { useClients } from "../aws/clients";
import { errorLine, isCode } from "../aws/errors";
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
  const { data = [], error } = denials;
  return (
    <>
      {error !== undefined && <div>{isCode(error, "AccessDenied") ? t("explain.notAllowed") : errorLine(error)}</div>}
      {error === undefined && (data.length > 0 ? data.map((denial, at) => <DenialReason key={at} denial={denial} />) : t("explain.none"))}
      <div>
        <Link href={eventHref(requestId)} variant="primary" fontSize="inherit">
          {t("explain.event")}
        </Link>
      </div>
    </>
  );
}

/** The request, the statement that decides it, and the result of each layer. */
export function DenialReason({ denial }: { denial: Denial }) {
  const { kind, layer, by } = denial.Reason;
  const where = layer ? named("explain.layer", layer) : "";
  const reason = by
    ? t("explain.by", { where, policy: policyName(by, denial, layer), statement: statementName(by) })
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
              <div key={place}>{statementLine(matched, denial, check.checkType)}</div>
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
      {t("explain.near", { where, statement: statementName(by) })}
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

/** The layers whose policy belongs to a resource and bears no name of its own. */
const OF_RESOURCES: readonly (string | undefined)[] = ["RESOURCE", "ROLE_TRUST"];

function policyName({ name, arn }: MatchedPolicy, { Resource }: Denial, layer: string | undefined): string {
  return OF_RESOURCES.includes(layer) ? Resource : (arn ?? name);
}

/** The `Sid`; where there is none the place in the policy, counted as people count. */
function statementName({ statement }: MatchedPolicy): string {
  return /^\d+$/.test(statement) ? t("explain.statement.number", { number: Number(statement) + 1 }) : statement;
}

function statementLine(matched: MatchedPolicy, denial: Denial, layer: string | undefined): string {
  const { effect } = matched;
  return t("explain.statement", { policy: policyName(matched, denial, layer), statement: statementName(matched), effect: named("explain.statement.effect", effect) });
}

/** The words for a name of the engine; the name itself where there are none. */
function named(group: string, name: string): string {
  return lookup(`${group}.${name}`) ?? name;
}
