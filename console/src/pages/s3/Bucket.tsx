// One bucket: its objects, its properties, who may use it.
import Tabs from "@cloudscape-design/components/tabs";
import { useParams, useSearchParams } from "react-router-dom";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { Management } from "./Management";
import { Objects } from "./Objects";
import { bucketHref, folderCrumbs } from "./paths";
import { Permissions } from "./Permissions";
import { Properties } from "./Properties";

export function Bucket() {
  const { name = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const prefix = search.get("prefix") ?? "";
  const tabs = [
    { id: "objects", label: t("s3.objects"), content: <Objects bucket={name} prefix={prefix} /> },
    { id: "properties", label: t("s3.properties"), content: <Properties bucket={name} /> },
    { id: "permissions", label: t("s3.permissions"), content: <Permissions bucket={name} /> },
    { id: "management", label: t("s3.management"), content: <Management bucket={name} /> },
  ];
  const wanted = search.get("tab") ?? "objects";
  // In a folder the bucket is one step of the way, and the folder its end.
  const folders = wanted === "objects" ? folderCrumbs(name, prefix) : [];
  const [bucketCrumb, ...parents] = [{ text: name, href: bucketHref(name) }, ...folders];
  const above = folders.length > 0 && bucketCrumb ? [bucketCrumb, ...parents.slice(0, -1)] : [];
  const here = folders.at(-1)?.text ?? name;
  return (
    <Page title={here} crumbs={[{ text: t("s3.buckets.title"), href: "#/s3/buckets" }, ...above]}>
      <Tabs
        tabs={tabs}
        ariaLabel={name}
        activeTabId={tabs.some(({ id }) => id === wanted) ? wanted : "objects"}
        onChange={({ detail }) => setSearch({ tab: detail.activeTabId, ...(prefix && { prefix }) })}
      />
    </Page>
  );
}
