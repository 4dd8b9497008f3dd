// A page of AWS's console whose service this server lacks, with the alternatives.
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
