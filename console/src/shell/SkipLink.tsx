// The first thing that the Tab key reaches: past the bar and the navigation, to what the page is about.
import { useLocation } from "react-router-dom";
import { t } from "../i18n";

function skip(): void {
  const main = document.querySelector<HTMLElement>("main h1") ?? document.querySelector<HTMLElement>("main, h1");
  if (!main) return;
  main.tabIndex = -1;
  main.focus();
  main.scrollIntoView({ block: "center" });
}

export function SkipLink() {
  const { pathname, search } = useLocation();
  return (
    <a
      className="skip"
      // The part after `#` is the console's own address, which stays.
      href={`#${pathname}${search}`}
      onClick={(event) => {
        event.preventDefault();
        skip();
      }}
    >
      {t("shell.skip")}
    </a>
  );
}
