// Everything: texts, router, session gate, frame.
import { I18nProvider } from "@cloudscape-design/components/i18n";
import Spinner from "@cloudscape-design/components/spinner";
import { Density, Mode, applyDensity, applyMode } from "@cloudscape-design/global-styles";
import { Suspense, lazy, useEffect, useMemo, useState } from "react";
import { Outlet, RouterProvider, createHashRouter } from "react-router-dom";
import { resume, useSessionState } from "../aws/session";
import { type Language, cloudscapeMessages, language, loadLanguage } from "../i18n";
import { FrameProvider } from "./chrome";
import { FlashProvider } from "./flash";
import { Frame } from "./Frame";
import { prefetchPages } from "./modules";
import { hasChosenRegion, setPreferences, usePreferences } from "./preferences";
import { TopBar } from "./TopBar";

const SignIn = lazy(() => import("../pages/signin/SignIn"));

/** The first page is rendered by then; not every browser reports when it is idle. */
const PREFETCH_AFTER_MS = 500;

const waiting = (
  <div className="centre">
    <Spinner size="large" />
  </div>
);

function Root() {
  const state = useSessionState();
  const serverRegion = state.status === "signed-in" ? state.session.region : undefined;
  useEffect(() => {
    if (state.status === "unknown") void resume();
  }, [state.status]);
  useEffect(() => {
    if (serverRegion && !hasChosenRegion()) setPreferences({ region: serverRegion });
  }, [serverRegion]);
  const signedIn = state.status === "signed-in";
  useEffect(() => {
    if (!signedIn) return;
    const later = setTimeout(prefetchPages, PREFETCH_AFTER_MS);
    return () => clearTimeout(later);
  }, [signedIn]);
  return (
    <FlashProvider>
      <FrameProvider>
        <TopBar />
        <Suspense fallback={waiting}>
          {state.status === "unknown" && waiting}
          {state.status === "signed-out" && <SignIn expired={state.expired} />}
          {state.status === "signed-in" && <Outlet key={state.session.arn} />}
        </Suspense>
      </FrameProvider>
    </FlashProvider>
  );
}

// One route for all: the frame stays, and chooses the page inside itself.
const ROUTES = [{ element: <Root />, children: [{ path: "*", element: <Frame /> }] }];

function Localised() {
  const router = useMemo(() => createHashRouter(ROUTES), []);
  // Plain links would move the browser past the router, which then could not ask before
  // unsaved changes are left. A click that opens a tab or a window stays the browser's.
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
      if (event.defaultPrevented || modified || !(event.target instanceof Element)) return;
      const link = event.target.closest<HTMLAnchorElement>('a[href^="#/"]');
      if (!link || (link.target && link.target !== "_self")) return;
      event.preventDefault();
      void router.navigate(link.getAttribute("href")?.slice(1) ?? "/");
    };
    document.addEventListener("click", follow);
    return () => document.removeEventListener("click", follow);
  }, [router]);
  return (
    <I18nProvider locale={language()} messages={[cloudscapeMessages()]}>
      <RouterProvider router={router} useTransitions={false} />
    </I18nProvider>
  );
}

function useTheme(theme: "auto" | "light" | "dark"): void {
  useEffect(() => {
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = () => {
      const dark = theme === "dark" || (theme === "auto" && system.matches);
      applyMode(dark ? Mode.Dark : Mode.Light);
      document.documentElement.dataset.theme = dark ? "dark" : "light";
      document.documentElement.style.colorScheme = dark ? "dark" : "light";
    };
    apply();
    system.addEventListener("change", apply);
    return () => system.removeEventListener("change", apply);
  }, [theme]);
}

export function App() {
  const now = usePreferences();
  const [shown, setShown] = useState<Language>(language());
  useTheme(now.theme);
  useEffect(() => applyDensity(now.density === "compact" ? Density.Compact : Density.Comfortable), [now.density]);
  useEffect(() => {
    if (now.language !== shown) void loadLanguage(now.language).then(() => setShown(now.language));
  }, [now.language, shown]);
  return <Localised key={shown} />;
}

