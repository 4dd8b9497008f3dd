// The signed-in user's own credentials.
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useSession } from "../../aws/session";
import { CopyText } from "../../components/CopyText";
import { Page } from "../../components/Page";
import { Unavailable } from "../../components/Unavailable";
import { t } from "../../i18n";
import { AccessKeys } from "./AccessKeys";
import { Mfa } from "./Mfa";
import { OwnPassword } from "./OwnPassword";

export function OwnCredentials() {
  const { account, user, arn } = useSession();
  const isRoot = arn.endsWith(":root");
  return (
    <Page title={t("iam.own")}>
      <Container>
        <KeyValuePairs
          columns={2}
          items={[
            { label: t("iam.accountId"), value: <CopyText text={account} name={t("iam.accountId")} /> },
            { label: t("common.arn"), value: <CopyText text={arn} name={t("common.arn")} /> },
          ]}
        />
      </Container>
      {isRoot ? <Unavailable>{t("iam.own.root")}</Unavailable> : <OwnPassword />}
      {!isRoot && <Mfa user={user} />}
      <AccessKeys owner={isRoot ? undefined : user} createHref="#/iam/security-credentials/access-key/create" />
    </Page>
  );
}
