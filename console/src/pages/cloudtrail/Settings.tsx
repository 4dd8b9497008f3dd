// Settings: what is fixed by the server, and what is not offered.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useIntervals } from "../../aws/intervals";
import { Page } from "../../components/Page";
import { Unavailable } from "../../components/Unavailable";
import { t } from "../../i18n";
import { durationText } from "../../i18n/duration";

export function Settings() {
  const { delivery, digest } = useIntervals();
  return (
    <Page title={t("trail.nav.settings")}>
      <Container header={<Header description={t("trail.settings.server.about")}>{t("trail.settings.server")}</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("trail.settings.history"), value: t("trail.settings.history.value") },
            { label: t("trail.settings.interval"), value: durationText(delivery) },
            { label: t("trail.settings.digest"), value: durationText(digest) },
          ]}
        />
      </Container>
      <Container header={<Header>{t("trail.settings.administrators")}</Header>}>
        <Unavailable>{t("trail.organization.why")}</Unavailable>
      </Container>
      <Container header={<Header>{t("trail.settings.channels")}</Header>}>
        <Unavailable>{t("trail.settings.channels.why")}</Unavailable>
      </Container>
    </Page>
  );
}
