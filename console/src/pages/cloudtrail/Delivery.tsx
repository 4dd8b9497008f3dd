// Delivery: what is on its way to the buckets. Refreshes itself, and not more often than allowed.
import { useEffect } from "react";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { DeliveryTable } from "./DeliveryTable";
import { LossTable, WaitingTable } from "./QueueTables";
import { useDeliveries } from "./deliveries";
import { useTrailRows } from "./trails";

const REFRESH_MS = 10_000;

export function Delivery() {
  const rows = useTrailRows();
  const deliveries = useDeliveries();
  const [reloadRows, reloadQueues] = [rows.reload, deliveries.reload];
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      reloadRows();
      reloadQueues();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [reloadRows, reloadQueues]);
  return (
    <Page title={t("trail.nav.delivery")} contentType="table">
      <DeliveryTable query={rows} name="delivery" delays={deliveries.data} />
      <WaitingTable query={deliveries} />
      <LossTable query={deliveries} />
    </Page>
  );
}
