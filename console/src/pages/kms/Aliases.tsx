// The aliases of a key: make one more, delete one.
import { CreateAliasCommand, DeleteAliasCommand } from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ErrorAlert } from "../../components/ErrorAlert";
import { InlineForm } from "../../components/InlineForm";
import { ListTable } from "../../components/ListTable";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { aliasProblem, fullAlias } from "./alias";
import type { KeyRow } from "./model";

export function Aliases({ row, editable, onChange }: { row: KeyRow; editable: boolean; onChange: () => void }) {
  const { kms } = useClients();
  const flash = useFlash();
  const [name, setName] = useState("");
  const [deleting, setDeleting] = useState<string>();
  const add = useAction(async () => {
    await kms.send(new CreateAliasCommand({ AliasName: fullAlias(name), TargetKeyId: row.KeyId }));
    flash.success(t("common.created.flash", { name }));
    setName("");
    onChange();
  });
  const query = { data: row.aliases, error: undefined, loading: false, reload: onChange };
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={add.error} title={t("common.createFailed", { name })} />
      <ListTable
        name="kms-aliases"
        query={query}
        title={t("kms.key.aliases")}
        trackBy={(alias) => alias}
        empty={{ title: t("kms.aliases.empty") }}
        columns={[
          { id: "alias", header: t("kms.key.alias"), cell: (alias) => alias, text: (alias) => alias, isRowHeader: true },
          {
            id: "remove",
            header: t("common.delete"),
            cell: (alias) =>
              editable && (
                <Button
                  variant="inline-icon"
                  iconName="remove"
                  ariaLabel={t("kms.alias.delete", { name: alias })}
                  onClick={() => setDeleting(alias)}
                />
              ),
          },
        ]}
        actions={
          editable && (
            <InlineForm
              label={t("kms.alias.new")}
              value={name}
              onChange={setName}
              problem={aliasProblem(name)}
              action={t("kms.alias.create")}
              busy={add.busy}
              onSubmit={() => void add.run()}
            />
          )
        }
      />
      {deleting && (
        <ConfirmDelete
          title={t("kms.alias.delete", { name: deleting })}
          onDismiss={() => setDeleting(undefined)}
          onConfirm={async () => {
            await kms.send(new DeleteAliasCommand({ AliasName: `alias/${deleting}` }));
            flash.success(t("common.deleted.flash", { name: deleting }));
            setDeleting(undefined);
            onChange();
          }}
        >
          {t("kms.alias.delete.text")}
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}
