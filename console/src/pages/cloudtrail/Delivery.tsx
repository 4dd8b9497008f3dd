// Delivery: what is on its way to the buckets. Refreshes itself, and not more often than allowed.
import { useEffect } from "react";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { DeliveryTable } from "./DeliveryTable";
import { useTrailRows } from "./trails";

const REFRESH_MS = 10_000;

export function Delivery() {
  const rows = useTrailRows();
  const { reload } = rows;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <Page title={t("trail.nav.delivery")} bare contentType="table">
      <DeliveryTable query={rows} name="delivery" full />
    </Page>
  );
}
