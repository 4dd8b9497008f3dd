import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { t } from "../../i18n";
import type { TrailRow } from "./trails";

/** Logging, off, or in trouble with delivery. */
export function TrailStatus({ row: { status } }: { row: Pick<TrailRow, "status"> }) {
  if (!status) return <StatusIndicator type="info">{t("trail.status.unknown")}</StatusIndicator>;
  const error = status.LatestDeliveryError || status.LatestDigestDeliveryError;
  if (status.IsLogging && error) return <StatusIndicator type="error">{t("trail.status.error")}</StatusIndicator>;
  if (status.IsLogging) return <StatusIndicator type="success">{t("trail.status.logging")}</StatusIndicator>;
  return <StatusIndicator type="stopped">{t("trail.status.off")}</StatusIndicator>;
}
