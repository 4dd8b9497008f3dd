// A part of a page that the user may not see: one quiet line in its place, and more when asked.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Icon from "@cloudscape-design/components/icon";
import { useState } from "react";
import { deniedAction, isCode } from "../aws/errors";
import { t } from "../i18n";
import { ErrorAlert } from "./ErrorAlert";
import { FailureDetails } from "./FailureDetails";

export function Denied({ error }: { error: unknown }) {
  const [open, setOpen] = useState(false);
  const action = deniedAction(error);
  return (
    <>
      <Box color="text-body-secondary">
        <Icon name="lock-private" variant="subtle" size="inherit" />{" "}
        {action ? t("common.denied.action", { action }) : t("common.denied")}{" "}
        <Button variant="inline-link" ariaExpanded={open} onClick={() => setOpen(!open)}>
          {t("common.details")}
        </Button>
      </Box>
      {open && <FailureDetails error={error} explained />}
    </>
  );
}

/** An error of a part of a page; a missing permission is shown without an alert. */
export function PartError({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return isCode(error, "AccessDenied") ? <Denied error={error} /> : <ErrorAlert error={error} onRetry={onRetry} />;
}
