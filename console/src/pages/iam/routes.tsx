// Users, groups, roles, policies, and the signed-in user's own credentials.
import { t } from "../../i18n";
import type { ServiceModule } from "../registry";
import { CreateAccessKey } from "./CreateAccessKey";
import { CreatePolicy } from "./CreatePolicy";
import { CreateRole } from "./CreateRole";
import { CreateUser } from "./CreateUser";
import { Dashboard } from "./Dashboard";
import { Group } from "./Group";
import { Groups, Policies, Roles, Users } from "./Lists";
import { OwnCredentials } from "./OwnCredentials";
import { Policy } from "./Policy";
import { Role } from "./Role";
import { User } from "./User";

const service: ServiceModule = {
  navigation: () => [
    { type: "link", text: t("iam.nav.dashboard"), href: "#/iam" },
    { type: "link", text: t("iam.groups"), href: "#/iam/groups" },
    { type: "link", text: t("iam.users"), href: "#/iam/users" },
    { type: "link", text: t("iam.roles"), href: "#/iam/roles" },
    { type: "link", text: t("iam.policies"), href: "#/iam/policies" },
    { type: "divider" },
    { type: "link", text: t("iam.own"), href: "#/iam/security-credentials" },
  ],
  routes: [
    { index: true, element: <Dashboard /> },
    { path: "users", element: <Users /> },
    { path: "users/create", element: <CreateUser /> },
    { path: "users/:name", element: <User /> },
    { path: "users/:name/access-key/create", element: <CreateAccessKey /> },
    { path: "groups", element: <Groups /> },
    { path: "groups/:name", element: <Group /> },
    { path: "roles", element: <Roles /> },
    { path: "roles/create", element: <CreateRole /> },
    { path: "roles/:name", element: <Role /> },
    { path: "policies", element: <Policies /> },
    { path: "policies/create", element: <CreatePolicy /> },
    { path: "policies/:arn", element: <Policy /> },
    { path: "security-credentials", element: <OwnCredentials /> },
    { path: "security-credentials/access-key/create", element: <CreateAccessKey /> },
  ],
};

export default service;
