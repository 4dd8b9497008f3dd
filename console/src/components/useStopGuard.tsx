// Asks before a change stops a logging trail: `if (!(await guard.passes({…}))) return;`, with
// `{guard.dialog}` on the page. The server's engine decides what would be refused.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useClients } from "../aws/clients";
import { type Proposal, type Stopped, forecast } from "../aws/inquiry";
import { t } from "../i18n";
import { DenialReason } from "./Explanation";

interface Asked {
  stopped: readonly Stopped[];
  answer: (goOn: boolean) => void;
}

export interface StopGuard {
  /** False when the change would stop a trail and the user does not want that. */
  passes: (proposal: Proposal) => Promise<boolean>;
  dialog: ReactNode;
}

export function useStopGuard(): StopGuard {
  const clients = useClients();
  const [asked, setAsked] = useState<Asked>();
  const passes = async (proposal: Proposal) => {
    // A caller without the permission, or with an invalid document, gets the error from the change itself.
    const stopped = await forecast(clients, proposal).catch(() => []);
    if (stopped.length === 0) return true;
    return new Promise<boolean>((resolve) => setAsked({ stopped, answer: resolve }));
  };
  const end = (goOn: boolean) => {
    asked?.answer(goOn);
    setAsked(undefined);
  };
  const dialog = asked && (
    <Modal
      visible
      header={t("stop.title")}
      onDismiss={() => end(false)}
      closeAriaLabel={t("shell.close")}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={() => end(false)}>
              {t("common.cancel")}
            </Button>
            <Button variant="primary" onClick={() => end(true)}>
              {t("stop.anyway")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <StoppedTrails stopped={asked.stopped} />
    </Modal>
  );
  return { passes, dialog };
}

export function StoppedTrails({ stopped }: { stopped: readonly Stopped[] }) {
  return (
    <Alert type="warning" header={t("stop.text")} statusIconAriaLabel={t("common.flash.warning")}>
      <SpaceBetween size="s">
        {stopped.map(({ TrailARN, Name, Denial }) => (
          <div key={TrailARN}>
            <Link href={`#/cloudtrail/trails/${encodeURIComponent(TrailARN)}`}>{Name}</Link>
            {Denial ? <DenialReason denial={Denial} /> : <div>{t("stop.key")}</div>}
          </div>
        ))}
      </SpaceBetween>
    </Alert>
  );
}
