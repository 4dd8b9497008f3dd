// Asks before a page with unsaved changes is left. Draw what it returns anywhere in the page.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useRef } from "react";
import { useBlocker } from "react-router-dom";
import { t } from "../i18n";

/** `release()` lets the next navigation pass: call it after saving, before navigating. */
export function useUnsaved(dirty: boolean): { dialog: ReactNode; release: () => void } {
  const released = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      dirty && !released.current && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!dirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);

  const dialog = blocker.state === "blocked" && (
    <Modal
      visible
      header={t("common.unsaved.title")}
      closeAriaLabel={t("shell.close")}
      onDismiss={() => blocker.reset()}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={() => blocker.reset()}>
              {t("common.cancel")}
            </Button>
            <Button variant="primary" onClick={() => blocker.proceed()}>
              {t("common.unsaved.leave")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {t("common.unsaved.text")}
    </Modal>
  );
  return {
    dialog,
    release: () => {
      released.current = true;
    },
  };
}
