// The services of the console. Each lives in a folder of its own under `pages/` and is loaded
// when it is first opened; its `routes.tsx` has a `ServiceModule` as its default export.
import type { SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import type { RouteObject } from "react-router-dom";
import type { MessageKey } from "../i18n";

export interface ServiceModule {
  /** Items of the side navigation; hrefs begin with `#/`. */
  navigation: () => SideNavigationProps.Item[];
  /** Routes relative to the service: `keys`, `keys/create`, `keys/:id`. */
  routes: RouteObject[];
}

export interface Service {
  /** First part of the URL. */
  path: "cloudtrail" | "kms" | "s3" | "iam";
  name: MessageKey;
  about: MessageKey;
  /** A global service has no region; the region menu shows that. */
  global?: true;
  /** Where the service's name leads. */
  home: string;
  load: () => Promise<{ default: ServiceModule }>;
}

/** The service that an address of the console belongs to. */
export function serviceOf(pathname: string): Service | undefined {
  const first = pathname.split("/")[1];
  return SERVICES.find(({ path }) => path === first);
}

export const SERVICES: readonly Service[] = [
  {
    path: "cloudtrail",
    name: "service.cloudtrail",
    about: "service.cloudtrail.about",
    home: "#/cloudtrail",
    load: () => import("./cloudtrail/routes"),
  },
  { path: "kms", name: "service.kms", about: "service.kms.about", home: "#/kms/keys", load: () => import("./kms/routes") },
  { path: "s3", name: "service.s3", about: "service.s3.about", home: "#/s3/buckets", load: () => import("./s3/routes") },
  {
    path: "iam",
    name: "service.iam",
    about: "service.iam.about",
    global: true,
    home: "#/iam",
    load: () => import("./iam/routes"),
  },
];
