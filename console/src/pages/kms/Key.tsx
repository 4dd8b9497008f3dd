// One key: what it is, its policy, rotation, aliases and tags.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Tabs from "@cloudscape-design/components/tabs";
import { useParams, useSearchParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { CopyText } from "../../components/CopyText";
import { ErrorAlert } from "../../components/ErrorAlert";
import { Page } from "../../components/Page";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { Aliases } from "./Aliases";
import { Cryptography } from "./Cryptography";
import { Description } from "./Description";
import { Grants } from "./Grants";
import { KeyActions } from "./KeyActions";
import { KeyState } from "./KeyState";
import { KeyTags } from "./KeyTags";
import { type KeyRow, loadKey, regionalityText } from "./model";
import { Policy } from "./Policy";
import { Rotation } from "./Rotation";

export function Key() {
  const { id = "" } = useParams();
  const { kms } = useClients();
  const key = useQuery((signal) => loadKey(kms, id, signal), [kms, id]);
  const row = key.data;
  const customer = row?.KeyManager !== "AWS";
  const list = customer
    ? { text: t("kms.keys.title"), href: "#/kms/keys" }
    : { text: t("kms.awsKeys.title"), href: "#/kms/aws-keys" };
  return (
    <Page
      title={row?.aliases[0] ?? row?.KeyId ?? id}
      crumbs={[list]}
      actions={customer && <KeyActions keyRow={row} onDone={key.reload} />}
    >
      <ErrorAlert error={key.error} onRetry={key.reload} />
      {row && <General row={row} customer={customer} onChange={key.reload} />}
      {row && <Sections row={row} customer={customer} onChange={key.reload} />}
    </Page>
  );
}

interface Part {
  row: KeyRow;
  customer: boolean;
  onChange: () => void;
}

function General({ row, customer, onChange }: Part) {
  const pending = row.DeletionDate !== undefined;
  return (
    <Container header={<Header variant="h2">{t("kms.general")}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("kms.key.alias"), value: row.aliases.join(", ") || "–" },
          { label: t("kms.key.id"), value: <CopyText text={row.KeyId} name={t("kms.key.id")} /> },
          { label: t("common.arn"), value: <CopyText text={row.Arn} name={t("common.arn")} /> },
          { label: t("common.created"), value: <Time value={row.CreationDate} /> },
          { label: t("kms.key.state"), value: <KeyState state={row.KeyState} /> },
          {
            label: t("kms.key.description"),
            value: <Description row={row} editable={customer} onChange={onChange} />,
          },
          { label: t("kms.key.regionality"), value: regionalityText(row.MultiRegion) },
          ...(pending ? [{ label: t("kms.key.deletionDate"), value: <Time value={row.DeletionDate} /> }] : []),
        ]}
      />
    </Container>
  );
}

function Sections({ row, customer, onChange }: Part) {
  const [search, setSearch] = useSearchParams();
  const editable = customer && row.KeyState !== "PendingDeletion";
  const tabs = [
    { id: "policy", label: t("kms.policy"), content: <Policy row={row} editable={customer} /> },
    { id: "cryptography", label: t("kms.cryptography"), content: <Cryptography row={row} /> },
    { id: "tags", label: t("common.tags"), content: <KeyTags row={row} editable={editable} /> },
    { id: "rotation", label: t("kms.rotation"), content: <Rotation row={row} editable={editable} /> },
    { id: "aliases", label: t("kms.key.aliases"), content: <Aliases row={row} editable={editable} onChange={onChange} /> },
    { id: "grants", label: t("kms.grants"), content: <Grants row={row} editable={customer} /> },
  ];
  const wanted = search.get("tab");
  return (
    <Tabs
      tabs={tabs}
      ariaLabel={t("kms.sections")}
      activeTabId={tabs.some(({ id }) => id === wanted) ? (wanted ?? "policy") : "policy"}
      onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })}
    />
  );
}
