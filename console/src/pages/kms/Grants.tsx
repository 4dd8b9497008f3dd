// The grants of a key: permissions in addition to its policies, and a way to revoke them.
import { type GrantListEntry, ListGrantsCommand, RevokeGrantCommand } from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { everyPage, useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { type Column, ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { constraintsText, granteeOf, retiringOf } from "./grant";
import type { KeyRow } from "./model";

function columns(): Column<GrantListEntry>[] {
  return [
    {
      id: "id",
      header: t("kms.grant.id"),
      minWidth: 160,
      cell: ({ GrantId }) => <span className="breakable">{GrantId}</span>,
      text: ({ GrantId = "" }) => GrantId,
      isRowHeader: true,
    },
    { id: "name", header: t("kms.grant.name"), cell: ({ Name }) => Name || "–", text: ({ Name = "" }) => Name },
    {
      id: "grantee",
      header: t("kms.grant.grantee"),
      minWidth: 160,
      cell: (grant) => <span className="breakable">{granteeOf(grant)}</span>,
      text: granteeOf,
    },
    {
      id: "operations",
      header: t("kms.grant.operations"),
      minWidth: 140,
      cell: ({ Operations = [] }) => Operations.join(", "),
      text: ({ Operations = [] }) => Operations.join(", "),
    },
    {
      id: "retiring",
      optional: true,
      header: t("kms.grant.retiring"),
      cell: (grant) => <span className="breakable">{retiringOf(grant) || "–"}</span>,
      text: retiringOf,
    },
    {
      id: "constraints",
      header: t("kms.grant.constraints"),
      minWidth: 200,
      cell: ({ Constraints }) => <span className="breakable">{constraintsText(Constraints) || "–"}</span>,
    },
    {
      id: "created",
      optional: true,
      header: t("common.created"),
      cell: ({ CreationDate }) => <Time value={CreationDate} />,
      order: ({ CreationDate }) => CreationDate?.getTime() ?? 0,
    },
  ];
}

export function Grants({ row, editable }: { row: KeyRow; editable: boolean }) {
  const { kms } = useClients();
  const flash = useFlash();
  const { KeyId } = row;
  const [selected, setSelected] = useState<GrantListEntry[]>([]);
  const [revoking, setRevoking] = useState<GrantListEntry>();
  const grants = useQuery(
    (abortSignal) =>
      everyPage(
        (Marker) => kms.send(new ListGrantsCommand({ KeyId, Marker }), { abortSignal }),
        (answer) => (answer.Truncated ? answer.NextMarker : undefined),
        (answer) => answer.Grants,
      ),
    [kms, KeyId],
  );
  const label = ({ Name, GrantId = "" }: GrantListEntry) => Name || GrantId;
  return (
    <>
      <ListTable
        name="kms-grants"
        query={grants}
        title={t("kms.grants")}
        description={t("kms.grants.about")}
        trackBy={({ GrantId = "" }) => GrantId}
        empty={{ title: t("kms.grants.empty") }}
        filterPlaceholder={t("kms.grants.find")}
        columns={columns()}
        selection={editable ? "single" : undefined}
        selected={selected}
        onSelect={setSelected}
        selectionLabel={label}
        actions={
          editable && (
            <Button disabled={selected.length === 0} onClick={() => setRevoking(selected[0])}>
              {t("kms.grant.revoke")}
            </Button>
          )
        }
      />
      {revoking && (
        <ConfirmDelete
          title={t("kms.grant.revoke.title", { name: label(revoking) })}
          word={t("kms.grant.revoke.word")}
          action={t("kms.grant.revoke")}
          onDismiss={() => setRevoking(undefined)}
          onConfirm={async () => {
            await kms.send(new RevokeGrantCommand({ KeyId, GrantId: revoking.GrantId }));
            flash.success(t("kms.grant.revoked", { name: label(revoking) }));
            setRevoking(undefined);
            setSelected([]);
            grants.reload();
          }}
        >
          {t("kms.grant.revoke.text", { grantee: granteeOf(revoking) })}
        </ConfirmDelete>
      )}
    </>
  );
}
