// Renders a page once its trail is loaded; until then a message.
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import type { Query } from "../../../aws/useQuery";
import { ErrorAlert } from "../../../components/ErrorAlert";
import { Page } from "../../../components/Page";
import { t } from "../../../i18n";
import type { TrailDetail } from "./useTrail";

export const trailsCrumb = () => ({ text: t("trail.nav.trails"), href: "#/cloudtrail/trails" });

export function Loaded({ query, children }: { query: Query<TrailDetail>; children: (detail: TrailDetail) => ReactNode }) {
  if (query.data) return <>{children(query.data)}</>;
  return (
    <Page title={t("trail.one")} crumbs={[trailsCrumb()]}>
      {query.error ? (
        <ErrorAlert error={query.error} onRetry={query.reload} />
      ) : (
        <Box textAlign="center">
          <Spinner size="large" />
        </Box>
      )}
    </Page>
  );
}
