// One setting of a bucket: shown, and where it can be changed, edited in place.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useRef, useState } from "react";
import { useAction } from "../../aws/useAction";
import type { Query } from "../../aws/useQuery";
import { PartError } from "../../components/Denied";
import { ErrorAlert } from "../../components/ErrorAlert";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";

interface Props {
  title: string;
  query: Pick<Query<unknown>, "data" | "error" | "loading" | "reload">;
  children: ReactNode;
  /** What is drawn instead of the children while editing. */
  editor?: ReactNode | ((showProblems: boolean) => ReactNode);
  /** Sends the change; the card reads the setting again afterwards. */
  onSave?: () => Promise<void>;
  onCancel?: () => void;
  /** The edited values are not ready to be sent. */
  blocked?: boolean;
  /** More buttons in the heading. */
  actions?: ReactNode;
}

export function Card({ title, query, children, editor, onSave, onCancel, blocked, actions }: Props) {
  const flash = useFlash();
  const [editing, setEditing] = useState(false);
  const save = useAction(async () => {
    await onSave?.();
    setEditing(false);
    flash.success(t("common.edited.flash", { name: title }));
    query.reload();
  });
  const place = useRef<HTMLDivElement>(null);
  const { shown, submit } = useSubmit(!blocked, () => void save.run());
  const buttons = editing ? (
    <SpaceBetween size="xs" direction="horizontal">
      <Button
        variant="link"
        onClick={() => {
          save.clear();
          setEditing(false);
          onCancel?.();
        }}
      >
        {t("common.cancel")}
      </Button>
      <Button variant="primary" loading={save.busy} onClick={() => submit(place.current)}>
        {t("common.save")}
      </Button>
    </SpaceBetween>
  ) : (actions || editor) && (
    <SpaceBetween size="xs" direction="horizontal">
      {actions}
      {editor && (
        <Button disabled={query.data === undefined} ariaLabel={t("s3.editNamed", { name: title })} onClick={() => setEditing(true)}>
          {t("common.edit")}
        </Button>
      )}
    </SpaceBetween>
  );
  return (
    <Container
      header={
        <Header variant="h2" actions={buttons}>
          {title}
        </Header>
      }
    >
      <SpaceBetween size="s">
        <PartError error={query.error} onRetry={query.reload} />
        <ErrorAlert error={save.error} />
        {query.loading && query.data === undefined && <Box>{t("common.loading")}</Box>}
        {query.data !== undefined && (editing ? <div ref={place}>{typeof editor === "function" ? editor(shown) : editor}</div> : children)}
      </SpaceBetween>
    </Container>
  );
}
