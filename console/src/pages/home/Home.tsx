// The first page: the four steps of keeping an audit trail, the trails, the last writes.
import Grid from "@cloudscape-design/components/grid";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { Build } from "./Build";
import { Checklist } from "./Checklist";
import { RecentWrites } from "./RecentWrites";
import { TrailHealth } from "./TrailHealth";

const HALVES = [
  { colspan: { default: 12, m: 6 } },
  { colspan: { default: 12, m: 6 } },
  { colspan: 12 },
  { colspan: 12 },
];

export default function Home() {
  return (
    <Page title={t("home.title")} description={t("home.about")}>
      <Grid gridDefinition={HALVES}>
        <Checklist />
        <TrailHealth />
        <RecentWrites />
        <Build />
      </Grid>
    </Page>
  );
}
