// A dialog before a deletion: states the consequences and requires a typed word.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useAction } from "../aws/useAction";
import { t } from "../i18n";
import { ErrorAlert } from "./ErrorAlert";
import { useSubmit } from "./useSubmit";

interface Props {
  title: string;
  /** What will be lost, what will stop working. */
  children: ReactNode | ((showProblems: boolean) => ReactNode);
  /** The word to type; `delete` / `削除` unless given. An empty word asks for none. */
  word?: string;
  /** The button's text; 削除 / Delete unless given. */
  action?: string;
  /** Whether the fields among the children are as they must be; while not, the work is not done. */
  isReady?: boolean;
  /** The work. When it throws, the dialog stays open and shows the error. */
  onConfirm: () => Promise<void>;
  onDismiss: () => void;
}

/** Mount it when it is to be seen: `{deleting && <ConfirmDelete … />}`. */
export function ConfirmDelete({ title, children, word, action, isReady = true, onConfirm, onDismiss }: Props) {
  const wanted = word ?? t("common.delete.word");
  const [typed, setTyped] = useState("");
  const work = useAction(onConfirm);
  const matches = wanted === "" || typed.trim() === wanted;
  const { shown, submit } = useSubmit(matches && isReady, () => void work.run());
  const confirm = () => {
    if (!work.busy) submit();
  };
  return (
    <Modal
      visible
      header={title}
      onDismiss={onDismiss}
      closeAriaLabel={t("shell.close")}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onDismiss}>
              {t("common.cancel")}
            </Button>
            <Button variant="primary" loading={work.busy} onClick={confirm}>
              {action ?? t("common.delete")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning" statusIconAriaLabel={t("common.flash.warning")}>
          {typeof children === "function" ? children(shown) : children}
        </Alert>
        {wanted !== "" && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              confirm();
            }}
          >
            <FormField
              label={t("common.delete.type", { word: wanted })}
              errorText={shown && !matches ? t("common.delete.differs", { word: wanted }) : undefined}
            >
              <Input value={typed} placeholder={wanted} autoComplete={false} onChange={({ detail }) => setTyped(detail.value)} />
            </FormField>
          </form>
        )}
        <ErrorAlert error={work.error} />
      </SpaceBetween>
    </Modal>
  );
}
