// The console's own texts: for what is tested by its effect, not by its words.
import { readFileSync, readdirSync } from "node:fs";

const FOLDER = new URL("../../src/i18n/", import.meta.url);

/** Gives `t("kms.actions")` of a language. */
export function texts(language) {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(`.${language}.json`));
  const all = Object.assign({}, ...files.map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"))));
  return (key, parameters = {}) => {
    if (!(key in all)) throw new Error(`no text ${key}`);
    return all[key].replace(/\{(\w+)\}/g, (_, name) => parameters[name]);
  };
}
