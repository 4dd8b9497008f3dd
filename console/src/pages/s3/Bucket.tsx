// One bucket: its objects, its properties, who may use it.
import Tabs from "@cloudscape-design/components/tabs";
import { useParams, useSearchParams } from "react-router-dom";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { Objects } from "./Objects";
import { Permissions } from "./Permissions";
import { Properties } from "./Properties";

export function Bucket() {
  const { name = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const tabs = [
    { id: "objects", label: t("s3.objects"), content: <Objects bucket={name} prefix={search.get("prefix") ?? ""} /> },
    { id: "properties", label: t("s3.properties"), content: <Properties bucket={name} /> },
    { id: "permissions", label: t("s3.permissions"), content: <Permissions bucket={name} /> },
  ];
  const wanted = search.get("tab") ?? "objects";
  return (
    <Page title={name} crumbs={[{ text: t("s3.buckets.title"), href: "#/s3/buckets" }]}>
      <Tabs
        tabs={tabs}
        ariaLabel={name}
        activeTabId={tabs.some(({ id }) => id === wanted) ? wanted : "objects"}
        onChange={({ detail }) => setSearch({ tab: detail.activeTabId })}
      />
    </Page>
  );
}
