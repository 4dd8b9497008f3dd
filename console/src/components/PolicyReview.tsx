// What is wrong with a policy while it is written: what the service would refuse, and what is
// probably not meant. The server judges it, with the rules that decide later.
import Alert from "@cloudscape-design/components/alert";
import { useEffect, useState } from "react";
import { useClients } from "../aws/clients";
import { type PolicyFinding, type PolicyKind, reviewPolicy } from "../aws/inquiry";
import { useQuery } from "../aws/useQuery";
import { t } from "../i18n";
import { jsonFault } from "./jsonFault";

const PAUSE_MS = 400;

/** A text once the user has stopped typing for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function line({ Code, Statement, Key = "", Value = "", Message = "" }: PolicyFinding): string {
  const at = Statement === undefined ? "" : /^\d+$/.test(Statement) ? t("explain.statement.number", { number: Number(Statement) + 1 }) : Statement;
  switch (Code) {
    case "MALFORMED":
      return Message || t("policy.review.malformed");
    case "UNKNOWN_CONDITION_KEY":
      return t("policy.review.unknownKey", { statement: at, key: Key });
    case "ARN_EXPECTED":
      return t("policy.review.arn", { statement: at, key: Key, value: Value });
    case "NO_SUCH_PRINCIPAL":
      return t("policy.review.principal", { principal: Value });
  }
}

export function PolicyReview({ kind, bucket, policy }: { kind: PolicyKind; bucket?: string; policy: string }) {
  const clients = useClients();
  const text = useSettled(policy);
  const query = useQuery(
    (signal) => reviewPolicy(clients, { Kind: kind, Document: text, Bucket: bucket }, signal),
    [clients, kind, bucket, text],
    { enabled: jsonFault(text) === undefined },
  );
  // A caller without the right to ask sees the service's own refusal when the policy is saved.
  const found = query.data ?? [];
  if (found.length === 0) return null;
  const refused = found.some(({ Code }) => Code === "MALFORMED");
  return (
    <Alert
      type={refused ? "error" : "warning"}
      header={t(refused ? "policy.review.refused" : "policy.review.title")}
      statusIconAriaLabel={t(refused ? "common.flash.error" : "common.flash.warning")}
    >
      <ul>
        {found.map((one) => (
          <li key={JSON.stringify(one)}>{line(one)}</li>
        ))}
      </ul>
    </Alert>
  );
}
