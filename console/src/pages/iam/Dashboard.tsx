// IAM at a glance: how many there are of each.
import { GetAccountSummaryCommand } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { PartError } from "../../components/Denied";
import { Page } from "../../components/Page";
import { formatNumber, t } from "../../i18n";

export function Dashboard() {
  const { iam } = useClients();
  const summary = useQuery(
    async (abortSignal) => (await iam.send(new GetAccountSummaryCommand({}), { abortSignal })).SummaryMap ?? {},
    [iam],
  );
  const counts = summary.data as Record<string, number | undefined> | undefined;
  const count = (name: string, href: string) => <Link href={href}>{formatNumber(counts?.[name] ?? 0)}</Link>;
  return (
    <Page title={t("iam.nav.dashboard")}>
      <PartError error={summary.error} onRetry={summary.reload} />
      {counts && (
        <Container header={<Header variant="h2">{t("iam.resources")}</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: t("iam.groups"), value: count("Groups", "#/iam/groups") },
              { label: t("iam.users"), value: count("Users", "#/iam/users") },
              { label: t("iam.roles"), value: count("Roles", "#/iam/roles") },
              { label: t("iam.policies"), value: count("Policies", "#/iam/policies") },
            ]}
          />
        </Container>
      )}
    </Page>
  );
}
