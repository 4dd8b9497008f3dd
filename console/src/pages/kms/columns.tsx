// The columns that both lists of keys have.
import Link from "@cloudscape-design/components/link";
import { stateText } from "../../components/keyState";
import type { Column } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { KeyState } from "./KeyState";
import { type KeyRow, originText, regionalityText, usageText } from "./model";

export function keyColumns(): Column<KeyRow>[] {
  return [
    {
      id: "alias",
      header: t("kms.key.aliases"),
      cell: ({ KeyId, aliases: [first, ...more] }) => {
        if (first === undefined) return "–";
        const link = <Link href={`#/kms/keys/${encodeURIComponent(KeyId)}`}>{first}</Link>;
        return more.length === 0 ? link : <>{link}{` (+${more.length})`}</>;
      },
      text: ({ aliases }) => aliases.join(" "),
    },
    {
      id: "id",
      header: t("kms.key.id"),
      minWidth: 180,
      cell: ({ KeyId }) => <Link href={`#/kms/keys/${encodeURIComponent(KeyId)}`}>{KeyId}</Link>,
      text: ({ KeyId }) => KeyId,
      isRowHeader: true,
    },
    {
      id: "state",
      header: t("kms.key.state"),
      cell: ({ KeyState: state }) => <KeyState state={state} />,
      text: ({ KeyState: state }) => stateText(state),
    },
    { id: "type", header: t("kms.key.type"), cell: () => t("kms.type.symmetric"), text: () => t("kms.type.symmetric") },
    { id: "spec", header: t("kms.key.spec"), cell: ({ KeySpec }) => KeySpec ?? "–", text: ({ KeySpec = "" }) => KeySpec },
    {
      id: "usage",
      header: t("kms.key.usage"),
      cell: ({ KeyUsage }) => usageText(KeyUsage),
      text: ({ KeyUsage }) => usageText(KeyUsage),
    },
    { id: "origin", header: t("kms.key.origin"), cell: ({ Origin }) => originText(Origin), optional: true },
    {
      id: "regionality",
      header: t("kms.key.regionality"),
      cell: ({ MultiRegion }) => regionalityText(MultiRegion),
      optional: true,
    },
    {
      id: "created",
      header: t("common.created"),
      cell: ({ CreationDate }) => <Time value={CreationDate} />,
      order: ({ CreationDate }) => CreationDate?.getTime() ?? 0,
      optional: true,
    },
    {
      id: "description",
      header: t("kms.key.description"),
      cell: ({ Description }) => Description || "–",
      text: ({ Description = "" }) => Description,
      optional: true,
    },
    {
      id: "deletion",
      header: t("kms.key.deletionDate"),
      cell: ({ DeletionDate }) => <Time value={DeletionDate} />,
      order: ({ DeletionDate }) => DeletionDate?.getTime() ?? 0,
      optional: true,
    },
  ];
}
