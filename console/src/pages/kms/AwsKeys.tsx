// Keys that services created for themselves; they can only be viewed.
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { keyColumns } from "./columns";
import { loadKeys } from "./model";

export function AwsKeys() {
  const { kms } = useClients();
  const keys = useQuery((signal) => loadKeys(kms, "AWS", signal), [kms]);
  return (
    <Page title={t("kms.awsKeys.title")} bare contentType="table">
      <ListTable
        name="kms-aws-keys"
        variant="full-page"
        query={keys}
        title={t("kms.awsKeys.title")}
        description={t("kms.awsKeys.about")}
        trackBy={({ KeyId }) => KeyId}
        empty={{ title: t("kms.awsKeys.empty") }}
        filterPlaceholder={t("kms.keys.find")}
        sortBy="alias"
        columns={keyColumns()}
      />
    </Page>
  );
}
