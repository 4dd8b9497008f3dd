// Ace under the strict content security policy: no inline styles, no blob workers.
// Loaded only by pages that show an editor.
import type { CodeEditorProps } from "@cloudscape-design/components/code-editor";

type Ace = CodeEditorProps["ace"];

async function load(): Promise<Ace> {
  const [{ default: ace }, worker] = await Promise.all([
    import("ace-builds/src-noconflict/ace"),
    import("ace-builds/src-noconflict/worker-json?url"),
    import("ace-builds/css/ace.css"),
    import("ace-builds/css/theme/cloud_editor.css"),
    import("ace-builds/css/theme/cloud_editor_dark.css"),
  ]);
  ace.config.set("useStrictCSP", true);
  ace.config.set("loadWorkerFromBlob", false);
  // The design system asks for completions, which we do not have: there is no such code to load.
  ace.config.setModuleLoader("ace/ext/language_tools", () => new Promise(() => undefined));
  ace.config.setModuleUrl("ace/mode/json_worker", worker.default);
  await Promise.all([
    import("ace-builds/src-noconflict/mode-json"),
    import("ace-builds/src-noconflict/theme-cloud_editor"),
    import("ace-builds/src-noconflict/theme-cloud_editor_dark"),
  ]);
  return ace;
}

let loading: Promise<Ace> | undefined;

export function loadAce(): Promise<Ace> {
  loading ??= load();
  return loading;
}

export const THEMES: CodeEditorProps.AvailableThemes = { light: ["cloud_editor"], dark: ["cloud_editor_dark"] };
