// IAM names in English the rule that a password breaks; this is the same in the user's language.
import { type MessageKey, t } from "./index";

const KINDS: Readonly<Record<string, MessageKey>> = {
  symbol: "password.symbol",
  number: "password.number",
  "uppercase letter": "password.uppercase",
  "lowercase letter": "password.lowercase",
};

/** The rule that a message of IAM names; undefined when it names none of these. */
export function passwordRule(message: string): string | undefined {
  const length = /minimum length of (\d+)/.exec(message)?.[1];
  if (length) return t("password.length", { count: length });
  if (/more of the following requirements/.test(message)) return t("password.kinds");
  const kind = KINDS[/at least one (symbol|number|uppercase letter|lowercase letter)/.exec(message)?.[1] ?? ""];
  if (kind) return t(kind);
  if (/permission to change your password/.test(message)) return t("password.notAllowed");
  return undefined;
}
