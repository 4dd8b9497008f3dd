// A second factor: an authenticator application, shown as a secret to type in.
import {
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  ListMFADevicesCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { isCode } from "../../aws/errors";
import { useSession } from "../../aws/session";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { CopyText } from "../../components/CopyText";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { PartError } from "../../components/Denied";
import { ErrorAlert } from "../../components/ErrorAlert";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";

interface Device {
  serial: string;
  secret: string;
}

export function Mfa({ user }: { user: string }) {
  const { iam } = useClients();
  const { account } = useSession();
  const [device, setDevice] = useState<Device>();
  const [codes, setCodes] = useState({ first: "", second: "" });
  const devices = useQuery(
    async (abortSignal) => (await iam.send(new ListMFADevicesCommand({ UserName: user }), { abortSignal })).MFADevices ?? [],
    [iam, user],
  );
  const begin = useAction(async () => {
    const create = () => iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: user }));
    const answer = await create().catch(async (error: unknown) => {
      if (!isCode(error, "EntityAlreadyExists")) throw error;
      // A device of an unfinished assignment, whose secret was never stored by a client.
      await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: `arn:aws:iam::${account}:mfa/${user}` }));
      return create();
    });
    const made = answer.VirtualMFADevice;
    setDevice({ serial: made?.SerialNumber ?? "", secret: new TextDecoder().decode(made?.Base32StringSeed) });
  });
  const enable = useAction(async () => {
    await iam.send(
      new EnableMFADeviceCommand({
        UserName: user,
        SerialNumber: device?.serial,
        AuthenticationCode1: codes.first,
        AuthenticationCode2: codes.second,
      }),
    );
    setDevice(undefined);
    setCodes({ first: "", second: "" });
    devices.reload();
  });
  const isDigits = (text: string) => /^\d{6}$/.test(text);
  const { shown, submit } = useSubmit(isDigits(codes.first) && isDigits(codes.second), () => void enable.run());
  const codeError = (text: string) => (shown && !isDigits(text) ? t("signin.mfa.digits") : undefined);
  const [removing, setRemoving] = useState<string>();
  return (
    <Container header={<Header variant="h2">{t("iam.mfa")}</Header>}>
      <SpaceBetween size="m">
        <PartError error={devices.error} onRetry={devices.reload} />
        <ErrorAlert error={begin.error ?? enable.error} />
        {devices.data?.map(({ SerialNumber = "" }) => (
          <SpaceBetween key={SerialNumber} size="xs" direction="horizontal" alignItems="center">
            <span>{SerialNumber}</span>
            <Button onClick={() => setRemoving(SerialNumber)}>
              {t("common.remove")}
            </Button>
          </SpaceBetween>
        ))}
        {devices.data?.length === 0 && !device && (
          <Button loading={begin.busy} onClick={() => void begin.run()}>
            {t("iam.mfa.assign")}
          </Button>
        )}
        {device && (
          <>
            <FormField label={t("iam.mfa.secret")} description={t("iam.mfa.secret.about")}>
              <CopyText text={device.secret} name={t("iam.mfa.secret")} />
            </FormField>
            <FormField label={t("iam.mfa.code1")} errorText={codeError(codes.first)}>
              <Input
                inputMode="numeric"
                value={codes.first}
                onChange={({ detail }) => setCodes({ ...codes, first: detail.value.trim() })}
              />
            </FormField>
            <FormField label={t("iam.mfa.code2")} errorText={codeError(codes.second)}>
              <Input
                inputMode="numeric"
                value={codes.second}
                onChange={({ detail }) => setCodes({ ...codes, second: detail.value.trim() })}
              />
            </FormField>
            <Button variant="primary" loading={enable.busy} onClick={() => submit()}>
              {t("iam.mfa.enable")}
            </Button>
          </>
        )}
      </SpaceBetween>
      {removing && (
        <ConfirmDelete
          title={t("iam.mfa.remove")}
          action={t("common.remove")}
          onDismiss={() => setRemoving(undefined)}
          onConfirm={async () => {
            await iam.send(new DeactivateMFADeviceCommand({ UserName: user, SerialNumber: removing }));
            await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: removing }));
            setRemoving(undefined);
            devices.reload();
          }}
        >
          {t("iam.mfa.remove.text", { name: user })}
        </ConfirmDelete>
      )}
    </Container>
  );
}
