// The search box of the top bar: jumps to a page, an ARN, an event, an access key. `Alt+S`.
import Autosuggest, { type AutosuggestProps } from "@cloudscape-design/components/autosuggest";
import { useEffect, useMemo, useRef, useState } from "react";
import type { NavigateFunction } from "react-router-dom";
import { t } from "../i18n";
import { suggestions } from "./destinations";

export function Search({ navigate }: { navigate: NavigateFunction }) {
  const [text, setText] = useState("");
  const input = useRef<AutosuggestProps.Ref>(null);
  const options = useMemo(() => suggestions(text), [text]);

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
      enteredTextLabel={(value) => t("search.entered", { text: value })}
      placeholder={t("shell.search.placeholder")}
      ariaLabel={t("shell.search")}
      empty={t("common.noMatch")}
      onChange={({ detail }) => {
        if (!detail.value.startsWith("/")) setText(detail.value);
      }}
      onSelect={({ detail }) => go(detail.selectedOption?.value ?? suggestions(detail.value)[0]?.value)}
    />
  );
}
