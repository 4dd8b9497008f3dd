import { t } from "../../../i18n";

/** `true` and `false` of the API, in words. */
export function yesNo(value: string | undefined): string {
  if (value === "true") return t("common.yes");
  return value === "false" ? t("common.no") : (value ?? "–");
}
