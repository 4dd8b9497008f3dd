// A page of AWS's console whose service is not here: it says so, and what to do instead.
import Alert from "@cloudscape-design/components/alert";
import { type MessageKey, t } from "../i18n";
import { Page } from "./Page";

export function NotOffered({ title, why }: { title: MessageKey; why: MessageKey }) {
  return (
    <Page title={t(title)}>
      <Alert type="info" header={t("common.notOffered")} statusIconAriaLabel={t("common.flash.info")}>
        {t(why)}
      </Alert>
    </Page>
  );
}
