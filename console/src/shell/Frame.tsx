// The frame around every page: side navigation, breadcrumbs, messages. It stays while the pages
// change; each part asks by itself for what it shows.
import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import { memo, useEffect, useMemo, useState } from "react";
import { useLocation } from "react-router-dom";
import { t } from "../i18n";
import { type Service, serviceOf } from "../pages/registry";
import { useContentType, useCrumbs } from "./chrome";
import { Content } from "./Content";
import { Flashes } from "./flash";
import { useLoadedModule } from "./modules";

const WIDE = "(min-width: 1100px)";

export function Frame() {
  const { pathname } = useLocation();
  return <Layout service={serviceOf(pathname)} />;
}

const Layout = memo(function Layout({ service }: { service: Service | undefined }) {
  const contentType = useContentType();
  const [open, setOpen] = useState(() => window.matchMedia(WIDE).matches);
  // The frame's mobile bar carries `aria-orientation`, which a `nav` may not have.
  useEffect(() => {
    for (const bar of document.querySelectorAll("nav[aria-orientation]")) bar.removeAttribute("aria-orientation");
  });
  return (
    <AppLayout
      headerSelector="#top"
      toolsHide
      navigationHide={!service}
      navigation={useMemo(() => service && <Navigation service={service} />, [service])}
      navigationOpen={open}
      onNavigationChange={({ detail }) => setOpen(detail.open)}
      breadcrumbs={useMemo(() => service && <Breadcrumbs service={service} />, [service])}
      notifications={useMemo(() => <Flashes />, [])}
      stickyNotifications
      contentType={contentType}
      content={useMemo(() => <Content />, [])}
      ariaLabels={{
        navigation: t("shell.navigation"),
        navigationClose: t("shell.navigation.close"),
        navigationToggle: t("shell.navigation.open"),
        notifications: t("common.notifications"),
      }}
    />
  );
});

function Breadcrumbs({ service }: { service: Service }) {
  const crumbs = useCrumbs();
  const items = [{ text: t(service.name), href: service.home }, ...crumbs];
  return <BreadcrumbGroup items={items} ariaLabel={t("shell.breadcrumbs")} />;
}

function Navigation({ service }: { service: Service }) {
  const { pathname } = useLocation();
  const module = useLoadedModule(service);
  const items = useMemo(() => module?.navigation() ?? [], [module]);
  const active = activeHref(items, `#${pathname}`);
  return useMemo(
    () => <SideNavigation header={{ text: t(service.name), href: service.home }} items={items} activeHref={active} />,
    [service, items, active],
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
