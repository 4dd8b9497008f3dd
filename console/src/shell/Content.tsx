// The page that an address leads to.
import Spinner from "@cloudscape-design/components/spinner";
import { useLocation, useRoutes } from "react-router-dom";
import { t } from "../i18n";
import { type Service, type ServiceModule, serviceOf } from "../pages/registry";
import { ErrorBoundary } from "./ErrorBoundary";
import { useHome, useServiceModule } from "./modules";
import { NotFound } from "./NotFound";
import { usePreferences } from "./preferences";

export function Content() {
  const { region } = usePreferences();
  const { pathname } = useLocation();
  const service = serviceOf(pathname);
  return (
    <ErrorBoundary resetKey={pathname}>
      <div key={service?.global ? "global" : region}>
        {service ? <ServicePage key={service.path} service={service} /> : pathname === "/" ? <HomePage /> : <NotFound />}
      </div>
    </ErrorBoundary>
  );
}

function HomePage() {
  const Home = useHome();
  return Home ? <Home /> : <Waiting />;
}

function ServicePage({ service }: { service: Service }) {
  const module = useServiceModule(service);
  return module ? <Routed path={service.path} module={module} /> : <Waiting />;
}

function Routed({ path, module }: { path: string; module: ServiceModule }) {
  return useRoutes([{ path, children: [...module.routes, { path: "*", element: <NotFound /> }] }]);
}

function Waiting() {
  return (
    <div className="centre" role="status" aria-label={t("common.loading")}>
      <Spinner size="large" />
    </div>
  );
}
