// A JSON value to read: colours, wrap, copy, and the path of the line under the pointer.
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { t } from "../i18n";
import { jsonLines } from "./json";

/** `label` names the region for screen readers. A string is parsed first, if it parses. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const [wrap, setWrap] = useState(true);
  const parsed = useMemo(() => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  }, [value]);
  const lines = useMemo(() => jsonLines(parsed), [parsed]);
  return (
    <SpaceBetween size="xs">
      <SpaceBetween size="m" direction="horizontal" alignItems="center">
        <CopyToClipboard
          copyButtonText={t("common.copy")}
          textToCopy={JSON.stringify(parsed, null, 2) ?? ""}
          copySuccessText={t("common.copied")}
          copyErrorText={t("common.copyFailed")}
        />
        <Toggle checked={wrap} onChange={({ detail }) => setWrap(detail.checked)}>
          {t("common.wrap")}
        </Toggle>
      </SpaceBetween>
      <pre className={wrap ? "json wrap" : "json"} tabIndex={0} role="region" aria-label={label}>
        {lines.map(({ path, pieces }, index) => (
          <div key={index} title={path}>
            {pieces.map(({ kind, text }, at) => (kind === "plain" ? text : <span key={at} className={kind}>{text}</span>))}
          </div>
        ))}
      </pre>
    </SpaceBetween>
  );
}
