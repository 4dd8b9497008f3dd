import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import { useLocation } from "react-router-dom";
import { Page } from "../components/Page";
import { t } from "../i18n";

export function NotFound() {
  const { pathname } = useLocation();
  return (
    <Page title={t("shell.notFound.title")}>
      <Box variant="p">{t("shell.notFound.text", { path: pathname })}</Box>
      <Link href="#/">{t("shell.home")}</Link>
    </Page>
  );
}
