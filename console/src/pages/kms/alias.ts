// The rules of an alias as it is typed: the part after `alias/`, which may itself hold slashes.
import { t } from "../../i18n";

/** The full name; a pasted leading `alias/` is not doubled. */
export function fullAlias(typed: string): string {
  return `alias/${typed.trim().replace(/^alias\//, "")}`;
}

/** What is wrong with a typed alias; undefined when nothing is. */
export function aliasProblem(typed: string): string | undefined {
  const bare = fullAlias(typed).slice("alias/".length);
  if (bare === "") return t("common.required");
  if (!/^[A-Za-z0-9/_-]{1,250}$/.test(bare)) return t("kms.alias.characters");
  if (/^aws\//.test(bare)) return t("kms.alias.reserved");
  return undefined;
}
