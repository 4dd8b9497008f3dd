// What will change in a policy: added and removed lines, marked by sign and colour.
import { useMemo } from "react";
import { t } from "../i18n";
import { diffLines } from "./diff";
import { prettyJson } from "./PolicyEditor";

const SIGNS = { same: "  ", added: "+ ", removed: "- " } as const;

/** `before` is empty when there is no policy yet. Both are JSON texts. */
export function PolicyDiff({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = useMemo(() => diffLines(prettyJson(before), prettyJson(after)), [before, after]);
  if (lines.every(({ kind }) => kind === "same")) return <>{t("common.noChange")}</>;
  return (
    <pre className="diff" tabIndex={0} role="region" aria-label={label}>
      {lines.map(({ kind, text }, index) => (
        <span key={index} className={kind}>
          {SIGNS[kind]}
          {text}
        </span>
      ))}
    </pre>
  );
}
