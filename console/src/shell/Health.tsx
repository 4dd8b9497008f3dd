// Shows on every page that the server is degraded, and why, to callers with the permission. Queried
// seldom, because every query is an event, and only by a visible page.
import Link from "@cloudscape-design/components/link";
import { useEffect } from "react";
import { useServer } from "../aws/server";
import { lookup, t } from "../i18n";

const AGAIN_MS = 5 * 60_000;

export function Health() {
  const { data, reload } = useServer();
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);
  if (data?.Status !== "degraded") return null;
  const reasons = (data.Reasons ?? []).map((reason) => lookup(`shell.health.${reason}`) ?? reason);
  return (
    <div className="strip" role="status">
      <strong>{t("shell.health.degraded")}</strong> {reasons.join(" ")}{" "}
      <Link href="#/cloudtrail/delivery" fontSize="inherit">
        {t("shell.health.more")}
      </Link>
    </div>
  );
}
