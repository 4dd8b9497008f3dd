// Puts a text on the clipboard and shows it in a message.
import { useCallback } from "react";
import { t } from "../i18n";
import { useFlash } from "./flash";

export function useCopy(): (text: string) => void {
  const flash = useFlash();
  return useCallback(
    (text) => {
      // A page from a plain http address that is not this machine has no clipboard.
      const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error());
      written.then(
        () => flash.info(text, { header: t("common.copied") }),
        () => flash.warning(text, { header: t("common.copyFailed") }),
      );
    },
    [flash],
  );
}
