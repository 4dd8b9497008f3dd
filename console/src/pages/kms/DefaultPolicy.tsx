// A key's policy as the console wrote it, in words: who administers the key and who uses it.
import { PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useAction } from "../../aws/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import type { PolicyChoice } from "./consoleShape";
import { consolePolicy } from "./policy";
import { Principals } from "./steps/PrincipalsStep";

interface Props {
  keyId: string;
  choice: PolicyChoice;
  editable: boolean;
  onChange: () => void;
}

type List = "administrators" | "users" | "otherAccounts";

export function DefaultPolicy({ keyId, choice, editable, onChange }: Props) {
  const { kms } = useClients();
  const { account } = useSession();
  const flash = useFlash();
  const [adding, setAdding] = useState<List>();
  const save = useAction(async (part: Partial<PolicyChoice>) => {
    const Policy = JSON.stringify(consolePolicy({ account, ...choice, ...part }));
    await kms.send(new PutKeyPolicyCommand({ KeyId: keyId, PolicyName: "default", Policy }));
    setAdding(undefined);
    flash.success(t("common.edited.flash", { name: t("kms.policy") }));
    onChange();
  });
  const list = (name: List, title: string) => (
    <Members
      title={title}
      members={choice[name]}
      editable={editable && !save.busy}
      onAdd={() => setAdding(name)}
      onRemove={(member) => void save.run({ [name]: choice[name].filter((one) => one !== member) })}
    />
  );
  return (
    <SpaceBetween size="l">
      {adding === undefined && <ErrorAlert error={save.error} onDismiss={save.clear} />}
      {list("administrators", t("kms.administrators"))}
      <SpaceBetween size="xs">
        <Header variant="h3">{t("kms.deletion")}</Header>
        <Checkbox
          checked={choice.mayDelete}
          disabled={!editable || choice.administrators.length === 0}
          onChange={({ detail }) => void save.run({ mayDelete: detail.checked })}
        >
          {t("kms.deletion.allow")}
        </Checkbox>
      </SpaceBetween>
      {list("users", t("kms.users"))}
      {list("otherAccounts", t("kms.otherAccounts"))}
      {adding && (
        <Add
          key={adding}
          list={adding}
          chosen={choice[adding]}
          busy={save.busy}
          error={save.error}
          onAdd={(members) => void save.run({ [adding]: members })}
          onDismiss={() => {
            save.clear();
            setAdding(undefined);
          }}
        />
      )}
    </SpaceBetween>
  );
}

interface MembersProps {
  title: string;
  members: readonly string[];
  editable: boolean;
  onAdd: () => void;
  onRemove: (member: string) => void;
}

function Members({ title, members, editable, onAdd, onRemove }: MembersProps) {
  const add = (
    <Button onClick={onAdd} ariaLabel={t("kms.members.add", { name: title })}>
      {t("common.add")}
    </Button>
  );
  return (
    <SpaceBetween size="xs">
      <Header variant="h3" counter={`(${members.length})`} actions={editable && add}>
        {title}
      </Header>
      {members.length === 0 ? (
        <Box color="text-body-secondary">{t("common.none")}</Box>
      ) : (
        members.map((member) => (
          <div key={member} className="breakable">
            {member}{" "}
            {editable && (
              <Button variant="inline-icon" iconName="remove" ariaLabel={t("kms.members.remove", { name: member })} onClick={() => onRemove(member)} />
            )}
          </div>
        ))
      )}
    </SpaceBetween>
  );
}

interface AddProps {
  list: List;
  chosen: readonly string[];
  busy: boolean;
  error: unknown;
  onAdd: (members: string[]) => void;
  onDismiss: () => void;
}

function Add({ list, chosen, busy, error, onAdd, onDismiss }: AddProps) {
  const [members, setMembers] = useState<string[]>([...chosen]);
  const [account, setAccount] = useState("");
  const accounts = list === "otherAccounts";
  const title = accounts ? t("kms.otherAccounts") : t(list === "users" ? "kms.users" : "kms.administrators");
  const isAccount = /^\d{12}$/.test(account);
  const send = () => onAdd(accounts ? [...chosen, account] : members);
  const { shown, submit } = useSubmit(!accounts || isAccount, send);
  const wrong = !isAccount && (shown || account !== "");
  return (
    <Modal
      visible
      size="large"
      header={t("kms.members.add", { name: title })}
      closeAriaLabel={t("shell.close")}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onDismiss}>
              {t("common.cancel")}
            </Button>
            <Button variant="primary" loading={busy} onClick={() => submit()}>
              {t("common.save")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {accounts ? (
          <FormField label={t("kms.otherAccounts.id")} errorText={wrong ? t("kms.otherAccounts.digits") : undefined}>
            <Input value={account} inputMode="numeric" onChange={({ detail }) => setAccount(detail.value.trim())} />
          </FormField>
        ) : (
          <Principals name={`kms-add-${list}`} title={title} chosen={members} onChoose={setMembers} />
        )}
        <ErrorAlert error={error} />
      </SpaceBetween>
    </Modal>
  );
}
