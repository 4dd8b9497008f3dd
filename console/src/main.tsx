import "@cloudscape-design/global-styles/index.css";
import "./styles/console.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadLanguage } from "./i18n";
import { App } from "./shell/App";
import { preferences } from "./shell/preferences";

const root = document.getElementById("root");
if (root) {
  await loadLanguage(preferences().language);
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
