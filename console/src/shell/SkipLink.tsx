// The first thing that the Tab key reaches: past the bar and the navigation, to what the page is about.
import { t } from "../i18n";

function skip(): void {
  const main = document.querySelector<HTMLElement>("main h1") ?? document.querySelector<HTMLElement>("main, h1");
  if (!main) return;
  main.tabIndex = -1;
  main.focus();
  main.scrollIntoView({ block: "center" });
}

export function SkipLink() {
  return (
    <a
      className="skip"
      href="#main"
      onClick={(event) => {
        // The part after `#` is the console's own address.
        event.preventDefault();
        skip();
      }}
    >
      {t("shell.skip")}
    </a>
  );
}
