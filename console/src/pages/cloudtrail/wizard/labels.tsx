import { t } from "../../../i18n";

/** `Prefix – optional`, as the AWS console writes labels of fields that may stay empty. */
export function optionalLabel(label: string) {
  return (
    <span>
      {label} <i className="optional">{t("trail.optional")}</i>
    </span>
  );
}
