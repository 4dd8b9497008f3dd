// A user's console password: set, replace, take away.
import {
  CreateLoginProfileCommand,
  DeleteLoginProfileCommand,
  GetLoginProfileCommand,
  UpdateLoginProfileCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { isCode } from "../../aws/errors";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ErrorAlert } from "../../components/ErrorAlert";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";

export function Password({ user }: { user: string }) {
  const { iam } = useClients();
  const flash = useFlash();
  const [password, setPassword] = useState("");
  const [reset, setReset] = useState(false);
  const [removing, setRemoving] = useState(false);
  const profile = useQuery(
    async (abortSignal) => {
      try {
        await iam.send(new GetLoginProfileCommand({ UserName: user }), { abortSignal });
        return true;
      } catch (error) {
        if (isCode(error, "NoSuchEntity")) return false;
        throw error;
      }
    },
    [iam, user],
  );
  const finish = () => {
    setPassword("");
    flash.success(t("common.edited.flash", { name: t("iam.password") }));
    profile.reload();
  };
  const save = useAction(async () => {
    const input = { UserName: user, Password: password, PasswordResetRequired: reset };
    await (profile.data
      ? iam.send(new UpdateLoginProfileCommand(input))
      : iam.send(new CreateLoginProfileCommand(input)));
    finish();
  });
  const { shown, submit } = useSubmit(password !== "", () => void save.run());
  return (
    <Container header={<Header variant="h2">{t("iam.signIn")}</Header>}>
      <SpaceBetween size="m">
        <ErrorAlert error={profile.error ?? save.error} />
        <span>{profile.data ? t("iam.password.set") : t("iam.password.none")}</span>
        <FormField label={t("iam.password.new")} errorText={shown ? t("common.required") : undefined}>
          <Input
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={({ detail }) => setPassword(detail.value)}
          />
        </FormField>
        <Checkbox checked={reset} onChange={({ detail }) => setReset(detail.checked)}>
          {t("iam.password.reset")}
        </Checkbox>
        <SpaceBetween size="xs" direction="horizontal">
          <Button disabled={profile.data === undefined} loading={save.busy} onClick={() => submit()}>
            {t("common.save")}
          </Button>
          <Button disabled={!profile.data} onClick={() => setRemoving(true)}>
            {t("iam.password.remove")}
          </Button>
        </SpaceBetween>
      </SpaceBetween>
      {removing && (
        <ConfirmDelete
          title={t("iam.password.remove")}
          action={t("iam.password.remove")}
          onDismiss={() => setRemoving(false)}
          onConfirm={async () => {
            await iam.send(new DeleteLoginProfileCommand({ UserName: user }));
            setRemoving(false);
            finish();
          }}
        >
          {t("iam.password.remove.text", { name: user })}
        </ConfirmDelete>
      )}
    </Container>
  );
}
