// One service on the screen: side navigation, breadcrumbs, messages and the page.
import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import { type ReactNode, useEffect, useState } from "react";
import { useLocation, useRoutes } from "react-router-dom";
import { t } from "../i18n";
import { SERVICES, type Service, type ServiceModule } from "../pages/registry";
import { useFrame } from "./chrome";
import { ErrorBoundary } from "./ErrorBoundary";
import { Flashes } from "./flash";
import { NotFound } from "./NotFound";
import { usePreferences } from "./preferences";

const WIDE = "(min-width: 1100px)";

export function Frame({
  service,
  navigation,
  children,
}: {
  service?: Service;
  navigation?: ReactNode;
  children: ReactNode;
}) {
  const frame = useFrame();
  const { region } = usePreferences();
  const { pathname } = useLocation();
  const [open, setOpen] = useState(() => window.matchMedia(WIDE).matches);
  // The frame's mobile bar carries `aria-orientation`, which a `nav` may not have.
  useEffect(() => {
    for (const bar of document.querySelectorAll("nav[aria-orientation]")) bar.removeAttribute("aria-orientation");
  });
  const crumbs = service ? [{ text: t(service.name), href: service.home }, ...frame.crumbs] : [];
  return (
    <AppLayout
      headerSelector="#top"
      toolsHide
      navigationHide={!navigation}
      navigation={navigation}
      navigationOpen={open}
      onNavigationChange={({ detail }) => setOpen(detail.open)}
      breadcrumbs={crumbs.length > 0 && <BreadcrumbGroup items={crumbs} ariaLabel={t("shell.breadcrumbs")} />}
      notifications={<Flashes />}
      stickyNotifications
      contentType={frame.contentType}
      content={
        <ErrorBoundary resetKey={pathname}>
          <div key={service?.global ? "global" : region}>{children}</div>
        </ErrorBoundary>
      }
      ariaLabels={{
        navigation: t("shell.navigation"),
        navigationClose: t("shell.navigation.close"),
        navigationToggle: t("shell.navigation.open"),
        notifications: t("common.notifications"),
      }}
    />
  );
}

function Loaded({ service, module }: { service: Service; module: ServiceModule }) {
  const { pathname } = useLocation();
  const routes = useRoutes([...module.routes, { path: "*", element: <NotFound /> }]);
  const items = module.navigation();
  const active = activeHref(items, `#${pathname}`);
  return (
    <Frame
      service={service}
      navigation={<SideNavigation header={{ text: t(service.name), href: service.home }} items={items} activeHref={active} />}
    >
      {routes}
    </Frame>
  );
}

/** The longest navigation link that begins the address. */
function activeHref(items: readonly object[], address: string): string | undefined {
  let best: string | undefined;
  for (const item of items as readonly { href?: string; items?: readonly object[] }[]) {
    const found = item.items ? activeHref(item.items, address) : undefined;
    for (const href of [item.href, found]) {
      if (href && (address === href || address.startsWith(`${href}/`)) && href.length > (best?.length ?? 0)) best = href;
    }
  }
  return best;
}

const LOADED = new Map<Service["path"], ServiceModule>();

async function load(service: Service): Promise<void> {
  LOADED.set(service.path, (await service.load()).default);
}

/** Fetches what the services need before somebody goes there. What fails is asked for again then. */
export function prefetchServices(): void {
  for (const service of SERVICES) load(service).catch(() => undefined);
}

// Not `lazy`: that waits at least once, and React holds what it showed meanwhile for 300 ms,
// even when the module is there already.
export function ServiceView({ service }: { service: Service }) {
  const [, redraw] = useState(0);
  const [failure, setFailure] = useState<unknown>();
  const module = LOADED.get(service.path);
  useEffect(() => {
    if (!module) load(service).then(() => redraw((count) => count + 1), setFailure);
  }, [module, service]);
  if (failure) throw failure;
  if (module) return <Loaded service={service} module={module} />;
  return (
    <div className="centre" role="status" aria-label={t("common.loading")}>
      <Spinner size="large" />
    </div>
  );
}
