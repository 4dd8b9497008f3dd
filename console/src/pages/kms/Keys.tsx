// Customer managed keys.
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { keyColumns } from "./columns";
import { KeyActions } from "./KeyActions";
import { type KeyRow, loadKeys } from "./model";

export function Keys() {
  const { kms } = useClients();
  const keys = useQuery((signal) => loadKeys(kms, "CUSTOMER", signal), [kms]);
  const [selected, setSelected] = useState<KeyRow[]>([]);
  const key = keys.data?.find(({ KeyId }) => KeyId === selected[0]?.KeyId);
  const create = (
    <Button variant="primary" href="#/kms/keys/create">
      {t("kms.create")}
    </Button>
  );
  return (
    <Page title={t("kms.keys.title")} bare contentType="table">
      <ListTable
        name="kms-keys"
        variant="full-page"
        query={keys}
        title={t("kms.keys.title")}
        trackBy={({ KeyId }) => KeyId}
        selectionLabel={({ KeyId, aliases }) => aliases[0] ?? KeyId}
        selection="single"
        selected={key ? [key] : []}
        onSelect={setSelected}
        empty={{ title: t("kms.keys.empty"), action: create }}
        filterPlaceholder={t("kms.keys.find")}
        sortBy="alias"
        columns={keyColumns()}
        actions={
          <>
            <KeyActions keyRow={key} onDone={keys.reload} />
            {create}
          </>
        }
      />
    </Page>
  );
}
