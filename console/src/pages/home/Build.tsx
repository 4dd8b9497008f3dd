// Which server this is.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { apiOrigin } from "../../aws/place";
import { useServer } from "../../aws/server";
import { useSession } from "../../aws/session";
import { CopyText } from "../../components/CopyText";
import { PartError } from "../../components/Denied";
import { t } from "../../i18n";

export function Build() {
  const server = useServer();
  const { account, arn } = useSession();
  return (
    <Container header={<Header>{t("home.build")}</Header>}>
      {server.error ? (
        <PartError error={server.error} onRetry={server.reload} />
      ) : (
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("home.build.version"), value: server.data?.Version ?? "–" },
            { label: t("home.build.endpoint"), value: <CopyText text={apiOrigin()} name={t("home.build.endpoint")} /> },
            { label: t("home.build.region"), value: server.data?.Region ?? "–" },
            { label: t("home.build.account"), value: <CopyText text={account} name={t("home.build.account")} /> },
            { label: t("home.build.caller"), value: arn },
          ]}
        />
      )}
    </Container>
  );
}
