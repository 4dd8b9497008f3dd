// The access key that was made: its secret is seen here and never again.
import type { AccessKey } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { apiOrigin } from "../../aws/place";
import { CopyText } from "../../components/CopyText";
import { Page } from "../../components/Page";
import { useUnsaved } from "../../components/useUnsaved";
import { t } from "../../i18n";
import { usePreferences } from "../../shell/preferences";
import { csv, csvName, profile } from "./accessKey";

interface Props {
  made: AccessKey;
  /** Absent for the root user. */
  owner: string | undefined;
  /** Where `Done` leads. */
  home: string;
  crumbs: readonly { text: string; href: string }[];
}

const PRACTICES = ["secret", "least", "unused", "rotate"] as const;

export function RetrieveAccessKey({ made, owner, home, crumbs }: Props) {
  const navigate = useNavigate();
  const { region } = usePreferences();
  const [shown, setShown] = useState(false);
  const [kept, setKept] = useState(false);
  const [asking, setAsking] = useState(false);
  const unsaved = useUnsaved(!kept);
  const leave = () => {
    unsaved.release();
    navigate(home);
  };
  const show = () => {
    setShown(!shown);
    setKept(true);
  };
  const download = () => {
    const url = URL.createObjectURL(new Blob([csv(made)], { type: "text/csv" }));
    Object.assign(document.createElement("a"), { href: url, download: csvName(owner) }).click();
    URL.revokeObjectURL(url);
    setKept(true);
  };
  const config = profile(owner ?? "root", region, apiOrigin());
  return (
    <Page title={t("iam.accessKey.retrieve")} crumbs={crumbs} contentType="form">
      <Alert type="success" statusIconAriaLabel={t("common.flash.success")} header={t("iam.accessKey.made")}>
        {t("iam.accessKey.once")}
      </Alert>
      <Container header={<Header variant="h2">{t("iam.accessKey")}</Header>}>
        <KeyValuePairs
          columns={2}
          items={[
            { label: t("iam.accessKey"), value: <CopyText text={made.AccessKeyId} name={t("iam.accessKey")} /> },
            { label: t("iam.accessKey.secret"), value: <Secret text={made.SecretAccessKey ?? ""} shown={shown} onToggle={show} /> },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">{t("iam.accessKey.practices")}</Header>}>
        <ul className="checks">
          {PRACTICES.map((id) => (
            <li key={id}>{t(`iam.accessKey.practice.${id}`)}</li>
          ))}
        </ul>
      </Container>
      <Container header={<Header variant="h2" description={t("iam.accessKey.profile.about")}>{t("iam.accessKey.profile")}</Header>}>
        <SpaceBetween size="s">
          <CopyToClipboard
            copyButtonText={t("common.copy")}
            textToCopy={config}
            copySuccessText={t("common.copied")}
            copyErrorText={t("common.copyFailed")}
          />
          <pre className="command" tabIndex={0} role="region" aria-label={t("iam.accessKey.profile")}>
            {config}
          </pre>
        </SpaceBetween>
      </Container>
      <Box float="right">
        <SpaceBetween size="xs" direction="horizontal">
          <Button onClick={download}>{t("iam.accessKey.csv")}</Button>
          <Button variant="primary" onClick={() => (kept ? leave() : setAsking(true))}>
            {t("common.done")}
          </Button>
        </SpaceBetween>
      </Box>
      {asking && <Ask onStay={() => setAsking(false)} onLeave={leave} />}
      {unsaved.dialog}
    </Page>
  );
}

const HIDDEN = "*".repeat(20);

function Secret({ text, shown, onToggle }: { text: string; shown: boolean; onToggle: () => void }) {
  const name = t("iam.accessKey.secret");
  return (
    <SpaceBetween size="xs" direction="horizontal" alignItems="center">
      {shown ? <CopyText text={text} name={name} /> : <span aria-hidden>{HIDDEN}</span>}
      <Button
        variant="inline-link"
        ariaLabel={shown ? t("iam.accessKey.secret.hide") : t("iam.accessKey.secret.show")}
        ariaExpanded={shown}
        onClick={onToggle}
      >
        {shown ? t("iam.accessKey.hide") : t("iam.accessKey.show")}
      </Button>
    </SpaceBetween>
  );
}

function Ask({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  return (
    <Modal
      visible
      header={t("iam.accessKey.leave")}
      closeAriaLabel={t("shell.close")}
      onDismiss={onStay}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onStay}>
              {t("common.cancel")}
            </Button>
            <Button variant="primary" onClick={onLeave}>
              {t("iam.accessKey.leave.button")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {t("iam.accessKey.leave.text")}
    </Modal>
  );
}
