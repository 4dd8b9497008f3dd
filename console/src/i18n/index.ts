// Every text that people read comes from here: `t("screen.field.part", { name })`.
// The strings live in one pair of JSON files per service beside this file.
// The language is fixed while the application is mounted; changing it mounts it again,
// so `t` may be called anywhere during rendering, but not at the top level of a module.
import type { I18nProviderProps } from "@cloudscape-design/components/i18n";
import type { messages as english } from "./all.en";
import { printable } from "./printable";

export type Language = "en" | "ja";
export type MessageKey = keyof typeof english;
export type Parameters = Readonly<Record<string, string | number>>;

interface Loaded {
  language: Language;
  messages: Readonly<Record<string, string>>;
  cloudscape: I18nProviderProps.Messages;
}

let current: Loaded = { language: "en", messages: {}, cloudscape: {} };

/** Loads a language's texts; call before rendering. */
export async function loadLanguage(language: Language): Promise<void> {
  const { messages, cloudscape } = await (language === "ja" ? import("./all.ja") : import("./all.en"));
  current = { language, messages, cloudscape };
  document.documentElement.lang = language;
}

export function language(): Language {
  return current.language;
}

export function cloudscapeMessages(): I18nProviderProps.Messages {
  return current.cloudscape;
}

/** The text of a key, with `{name}` replaced by the parameter of that name, made printable. */
export function t(key: MessageKey, parameters?: Parameters): string {
  const text = current.messages[key] ?? key;
  if (!parameters) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => printable(String(parameters[name] ?? whole)));
}

/** The text of a key that was put together at run time, or undefined when there is none. */
export function lookup(key: string): string | undefined {
  return current.messages[key];
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(current.language).format(value);
}

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** A size in bytes as the AWS console writes it: 1024 to a step, one decimal. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  const digits = step === 0 ? 0 : 1;
  const number = new Intl.NumberFormat(current.language, { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return `${number.format(value)} ${UNITS[step] ?? "B"}`;
}
