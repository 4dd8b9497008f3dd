// Keys: the list, the create wizard, one key and its policy.
import { NotOffered } from "../../components/NotOffered";
import { t } from "../../i18n";
import type { ServiceModule } from "../registry";
import { AwsKeys } from "./AwsKeys";
import { CreateKey } from "./CreateKey";
import { EditPolicy } from "./EditPolicy";
import { Key } from "./Key";
import { Keys } from "./Keys";

const service: ServiceModule = {
  navigation: () => [
    { type: "link", text: t("kms.nav.aws"), href: "#/kms/aws-keys" },
    { type: "link", text: t("kms.nav.customer"), href: "#/kms/keys" },
    { type: "link", text: t("kms.nav.stores"), href: "#/kms/key-stores" },
  ],
  routes: [
    { path: "aws-keys", element: <AwsKeys /> },
    { path: "keys", element: <Keys /> },
    { path: "keys/create", element: <CreateKey /> },
    { path: "keys/:id", element: <Key /> },
    { path: "keys/:id/policy", element: <EditPolicy /> },
    { path: "key-stores", element: <NotOffered title="kms.nav.stores" why="kms.stores.why" /> },
  ],
};

export default service;
