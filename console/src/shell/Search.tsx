// The search box of the top bar: jumps to a page, a bucket, key, trail or user by its
// name, an ARN, an event, an access key. `Alt+S`.
import Autosuggest, { type AutosuggestProps } from "@cloudscape-design/components/autosuggest";
import { useEffect, useMemo, useRef, useState } from "react";
import type { NavigateFunction } from "react-router-dom";
import { t } from "../i18n";
import { useClients } from "../aws/clients";
import { suggestions } from "./destinations";
import { type Named, loadNames } from "./names";

/** Shorter texts would find nearly everything. */
const NAME_LENGTH_MIN = 2;

export function Search({ navigate }: { navigate: NavigateFunction }) {
  const [text, setText] = useState("");
  const input = useRef<AutosuggestProps.Ref>(null);
  const clients = useClients();
  const [names, setNames] = useState<readonly Named[]>();
  const asks = text.trim().length >= NAME_LENGTH_MIN;
  const options = useMemo(() => suggestions(text, names), [text, names]);

  useEffect(() => {
    if (!asks) return undefined;
    let gone = false;
    void loadNames(clients).then((found) => !gone && setNames(found));
    return () => {
      gone = true;
    };
  }, [asks, clients]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.code !== "KeyS") return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const go = (href: string | undefined) => {
    if (!href) return;
    setText("");
    navigate(href);
  };
  return (
    <Autosuggest
      ref={input}
      value={text}
      options={options}
      filteringType="manual"
      statusType={asks && names === undefined ? "loading" : "finished"}
      loadingText={t("common.loading")}
      enteredTextLabel={(value) => t("search.entered", { text: value })}
      placeholder={t("shell.search.placeholder")}
      ariaLabel={t("shell.search")}
      empty={t("common.noMatch")}
      onChange={({ detail }) => {
        if (!detail.value.startsWith("/")) setText(detail.value);
      }}
      onSelect={({ detail }) => go(detail.selectedOption?.value ?? suggestions(detail.value, names)[0]?.value)}
    />
  );
}
