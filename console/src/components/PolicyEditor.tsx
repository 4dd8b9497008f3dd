// A JSON editor for policies: syntax colours, errors marked as you type, keyboard friendly.
import Button from "@cloudscape-design/components/button";
import CodeEditor, { type CodeEditorProps } from "@cloudscape-design/components/code-editor";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import type { PolicyKind } from "../aws/inquiry";
import { t } from "../i18n";
import { loadAce, THEMES } from "./ace";
import { jsonFault } from "./jsonFault";
import { PolicyReview } from "./PolicyReview";

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** Names the editor for screen readers. */
  label: string;
  /** The kind of policy; with it the server reports problems of the text. */
  kind?: PolicyKind;
  /** Of a bucket's policy: the bucket. */
  bucket?: string;
  /** At least; the editor grows with its text. */
  heightPx?: number;
}

/** The first problem of a JSON text in one line; undefined when it parses. */
export function jsonProblem(text: string): string | undefined {
  const fault = jsonFault(text);
  if (!fault) return undefined;
  const { kind, line, column, found } = fault;
  return t("policy.json", { line, column, problem: t(`policy.json.${kind}`, { found }) });
}

/** A JSON text with two spaces a level; the text itself when it does not parse. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function texts(): CodeEditorProps.I18nStrings {
  return {
    loadingState: t("editor.loading"),
    errorState: t("editor.error"),
    errorStateRecovery: t("common.retry"),
    editorGroupAriaLabel: t("editor.group"),
    statusBarGroupAriaLabel: t("editor.statusBar"),
    cursorPosition: (row, column) => t("editor.position", { row, column }),
    errorsTab: t("editor.errors"),
    warningsTab: t("editor.warnings"),
    preferencesButtonAriaLabel: t("common.preferences"),
    paneCloseButtonAriaLabel: t("shell.close"),
    preferencesModalHeader: t("common.preferences"),
    preferencesModalCancel: t("common.cancel"),
    preferencesModalConfirm: t("common.confirm"),
    preferencesModalCloseAriaLabel: t("shell.close"),
    preferencesModalWrapLines: t("common.wrap"),
    preferencesModalTheme: t("shell.theme"),
    preferencesModalLightThemes: t("shell.theme.light"),
    preferencesModalDarkThemes: t("shell.theme.dark"),
    preferencesModalThemeFilteringPlaceholder: t("shell.search"),
    preferencesModalThemeFilteringAriaLabel: t("shell.search"),
    preferencesModalThemeFilteringClearAriaLabel: t("common.clearFilter"),
    resizeHandleAriaLabel: t("editor.resize"),
    resizeHandleTooltipText: t("editor.resize"),
  };
}

const LINE_PX = 21;
const HEIGHT_MAX_PX = 1400;

/** High enough for the whole text, within reason. */
function heightOf(text: string, leastPx: number): number {
  return Math.min(Math.max(leastPx, (text.split("\n").length + 2) * LINE_PX), HEIGHT_MAX_PX);
}

export function PolicyEditor({ value, onChange, label, kind, bucket, heightPx = 420 }: Props) {
  const [ace, setAce] = useState<CodeEditorProps["ace"]>();
  const [failed, setFailed] = useState(0);
  const [settings, setSettings] = useState<Partial<CodeEditorProps.Preferences>>({ wrapLines: true });
  const [loading, setLoading] = useState(true);

  useEffect(() => {
    let gone = false;
    setLoading(true);
    loadAce()
      .then((loaded) => !gone && setAce(() => loaded))
      .catch(() => undefined)
      .finally(() => !gone && setLoading(false));
    return () => {
      gone = true;
    };
  }, [failed]);

  const pretty = prettyJson(value);
  return (
    <SpaceBetween size="xs">
      <Button disabled={pretty === value} onClick={() => onChange(pretty)}>
        {t("policy.format")}
      </Button>
      <CodeEditor
        ace={ace}
        loading={loading}
        language="json"
        value={value}
        onDelayedChange={({ detail }) => onChange(detail.value)}
        preferences={settings}
        onPreferencesChange={({ detail }) => setSettings(detail)}
        onRecoveryClick={() => setFailed((before) => before + 1)}
        themes={THEMES}
        editorContentHeight={heightOf(value, heightPx)}
        ariaLabel={label}
        i18nStrings={texts()}
      />
      {kind && <PolicyReview kind={kind} bucket={bucket} policy={value} />}
    </SpaceBetween>
  );
}
