// The user's choices about the console's appearance; stored in localStorage.
import { useSyncExternalStore } from "react";
import type { Language } from "../i18n";

export interface Preferences {
  language: Language;
  theme: "auto" | "light" | "dark";
  density: "comfortable" | "compact";
  timeZone: "local" | "utc";
  region: string;
}

const STORAGE_KEY = "shoseki.preferences";
const listeners = new Set<() => void>();

function stored(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}") as Partial<Preferences>;
  } catch {
    return {};
  }
}

function askedLanguage(): Language | undefined {
  const inHash = window.location.hash.split("?")[1] ?? "";
  const asked = new URLSearchParams(window.location.search).get("lang") ?? new URLSearchParams(inHash).get("lang");
  return asked === "ja" || asked === "en" ? asked : undefined;
}

function browserLanguage(): Language {
  const first = navigator.languages.find((tag) => /^(ja|en)\b/.test(tag));
  return first?.startsWith("ja") ? "ja" : "en";
}

function initial(): Preferences {
  const kept = stored();
  return {
    theme: kept.theme ?? "auto",
    density: kept.density ?? "comfortable",
    timeZone: kept.timeZone ?? "local",
    region: kept.region ?? "ap-northeast-1",
    language: askedLanguage() ?? kept.language ?? browserLanguage(),
  };
}

let current = initial();

export function preferences(): Preferences {
  return current;
}

/** True when the user has chosen a region before. */
export function hasChosenRegion(): boolean {
  return stored().region !== undefined;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...stored(), ...change }));
  } catch {
    // Private windows may refuse to store; the choice then lasts until the reload.
  }
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
