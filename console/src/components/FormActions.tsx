// The buttons at the end of a form: to the right, the one that does it last.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { t } from "../i18n";

interface Props {
  submit: string;
  onSubmit: () => void;
  onCancel: () => void;
  busy?: boolean;
}

export function FormActions({ submit, onSubmit, onCancel, busy }: Props) {
  return (
    <Box float="right">
      <SpaceBetween size="xs" direction="horizontal">
        <Button variant="link" onClick={onCancel}>
          {t("common.cancel")}
        </Button>
        <Button variant="primary" loading={busy} onClick={onSubmit}>
          {submit}
        </Button>
      </SpaceBetween>
    </Box>
  );
}
