// The bar at the top: name, services, region, language, settings, account.
import type { ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import TopNavigation, { type TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { memo, useDeferredValue } from "react";
import { type NavigateFunction, useLocation, useNavigate } from "react-router-dom";
import { signOut, useSessionState } from "../aws/session";
import { language, t } from "../i18n";
import { SERVICES, serviceOf } from "../pages/registry";
import { type Preferences, setPreferences, usePreferences } from "./preferences";
import { REGION_CODES, regionName } from "./regions";
import { Health } from "./Health";
import { Rehearsal } from "./Rehearsal";
import { Search } from "./Search";
import { SkipLink } from "./SkipLink";
import { useCopy } from "./useCopy";

/** `123456789012` as people read it: `1234-5678-9012`. */
export function accountText(account: string): string {
  return account.replace(/^(\d{4})(\d{4})(\d{4})$/, "$1-$2-$3");
}

function languageMenu(): TopNavigationProps.Utility {
  return {
    type: "menu-dropdown",
    iconName: "globe",
    ariaLabel: t("shell.language"),
    title: t("shell.language"),
    items: [
      // A language is written in itself, regardless of the console's language.
      { id: "ja", text: NAMES.ja, lang: "ja" },
      { id: "en", text: NAMES.en, lang: "en" },
    ],
    onItemClick: ({ detail }) => setPreferences({ language: detail.id === "ja" ? "ja" : "en" }),
  };
}

const NAMES = { ja: "日本語", en: "English" } as const;

function choices<K extends keyof Preferences>(
  key: K,
  now: Preferences,
  values: readonly (readonly [Preferences[K] & string, string])[],
): ButtonDropdownProps.CheckboxItem[] {
  return values.map(([value, text]) => ({
    id: `${key}:${value}`,
    text,
    itemType: "checkbox" as const,
    checked: now[key] === value,
  }));
}

function settingsMenu(now: Preferences): TopNavigationProps.Utility {
  return {
    type: "menu-dropdown",
    iconName: "settings",
    ariaLabel: t("shell.settings"),
    title: t("shell.settings"),
    items: [
      {
        id: "theme",
        text: t("shell.theme"),
        items: choices("theme", now, [
          ["auto", t("shell.theme.auto")],
          ["light", t("shell.theme.light")],
          ["dark", t("shell.theme.dark")],
        ]),
      },
      {
        id: "density",
        text: t("shell.density"),
        items: choices("density", now, [
          ["comfortable", t("shell.density.comfortable")],
          ["compact", t("shell.density.compact")],
        ]),
      },
      {
        id: "timeZone",
        text: t("shell.timeZone"),
        items: choices("timeZone", now, [
          ["local", t("shell.timeZone.local")],
          ["utc", t("shell.timeZone.utc")],
        ]),
      },
    ],
    onItemClick: ({ detail }) => {
      const [key, value] = detail.id.split(":");
      if (key && value) setPreferences({ [key]: value });
    },
  };
}

function regionMenu(region: string, global: boolean): TopNavigationProps.Utility {
  if (global) {
    return { type: "menu-dropdown", text: t("shell.region.global"), items: [{ id: "global", text: t("shell.region.global.why"), disabled: true }] };
  }
  return {
    type: "menu-dropdown",
    text: regionName(region),
    description: region,
    ariaLabel: t("shell.region", { region: `${regionName(region)} ${region}` }),
    items: REGION_CODES.map((code) => ({ id: code, text: regionName(code), secondaryText: code })),
    onItemClick: ({ detail }) => setPreferences({ region: detail.id }),
  };
}

export function TopBar() {
  const { pathname } = useLocation();
  // The page comes first: the bar changes when that is on the screen.
  const global = useDeferredValue(serviceOf(pathname)?.global === true);
  return <Bar global={global} navigate={useNavigate()} />;
}

// Drawn again it measures all its buttons, which a change of page must not wait for.
const Bar = memo(function Bar({ global, navigate }: { global: boolean; navigate: NavigateFunction }) {
  const state = useSessionState();
  const now = usePreferences();
  const copy = useCopy();
  const utilities: TopNavigationProps.Utility[] = [];
  const session = state.status === "signed-in" ? state.session : undefined;

  if (session) {
    utilities.push({
      type: "menu-dropdown",
      text: t("shell.services"),
      items: SERVICES.map(({ path, name, home, about }) => ({
        id: path,
        text: t(name),
        secondaryText: t(about),
        href: home,
      })),
      onItemFollow: (event) => {
        event.preventDefault();
        navigate(event.detail.href?.slice(1) ?? "/");
      },
    });
    utilities.push(regionMenu(now.region, global));
  }
  utilities.push(languageMenu(), settingsMenu(now));
  if (session) {
    utilities.push({
      type: "menu-dropdown",
      iconName: "user-profile",
      text: `${session.user} @ ${accountText(session.account)}`,
      ariaLabel: t("shell.account"),
      items: [
        { id: "account", text: t("shell.account.copyId"), secondaryText: session.account },
        { id: "arn", text: t("shell.account.copyArn"), secondaryText: session.arn },
        { id: "credentials", text: t("shell.account.credentials") },
        { id: "switch-role", text: t("shell.account.switchRole"), disabled: true, disabledReason: t("shell.account.switchRole.why") },
        { id: "sign-out", text: t("shell.account.signOut") },
      ],
      onItemClick: ({ detail }) => {
        if (detail.id === "sign-out") void signOut();
        if (detail.id === "credentials") navigate("/iam/security-credentials");
        const copied = detail.id === "account" ? session.account : detail.id === "arn" ? session.arn : undefined;
        if (copied) copy(copied);
      },
    });
  }
  return (
    <div id="top" lang={language()}>
      <SkipLink />
      <TopNavigation
        identity={{ href: "#/", title: t("shell.name") }}
        utilities={utilities}
        search={session && <Search navigate={navigate} />}
        i18nStrings={{
          searchIconAriaLabel: t("shell.search"),
          searchDismissIconAriaLabel: t("shell.search.close"),
          overflowMenuTriggerText: t("shell.more"),
          overflowMenuTitleText: t("shell.menu"),
          overflowMenuBackIconAriaLabel: t("shell.back"),
          overflowMenuDismissIconAriaLabel: t("shell.close"),
        }}
      />
      {session && <Rehearsal />}
      {session && <Health />}
    </div>
  );
});
