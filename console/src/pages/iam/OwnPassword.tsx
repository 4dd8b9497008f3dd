// The signed-in user's own password: changing it requires the old one.
import { ChangePasswordCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";

const EMPTY = { old: "", chosen: "", again: "" };

export function OwnPassword() {
  const { iam } = useClients();
  const flash = useFlash();
  const [typed, setTyped] = useState(EMPTY);
  const ready = typed.old !== "" && typed.chosen !== "" && typed.again === typed.chosen;
  const save = useAction(async () => {
    await iam.send(new ChangePasswordCommand({ OldPassword: typed.old, NewPassword: typed.chosen }));
    setTyped(EMPTY);
    flash.success(t("common.edited.flash", { name: t("iam.password") }));
  });
  const { shown, submit } = useSubmit(ready, () => void save.run());
  const required = (name: keyof typeof EMPTY) => (shown && typed[name] === "" ? t("common.required") : undefined);
  const differs = typed.again !== "" && typed.again !== typed.chosen ? t("firstRun.again.differs") : undefined;
  const field = (name: keyof typeof EMPTY, autoComplete: string) => (
    <Input
      type="password"
      autoComplete={autoComplete}
      value={typed[name]}
      onChange={({ detail }) => setTyped((before) => ({ ...before, [name]: detail.value }))}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.busy) submit();
      }}
    >
      <Container header={<Header variant="h2">{t("iam.password")}</Header>}>
        <SpaceBetween size="m">
          <ErrorAlert error={save.error} />
          <FormField label={t("iam.password.old")} errorText={required("old")}>{field("old", "current-password")}</FormField>
          <FormField label={t("iam.password.new")} errorText={required("chosen")}>{field("chosen", "new-password")}</FormField>
          <FormField label={t("firstRun.again")} errorText={differs ?? required("again")}>
            {field("again", "new-password")}
          </FormField>
          <Button loading={save.busy}>
            {t("iam.password.change")}
          </Button>
        </SpaceBetween>
      </Container>
    </form>
  );
}
