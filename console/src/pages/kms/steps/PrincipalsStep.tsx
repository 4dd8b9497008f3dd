// Steps 3 and 4: who administers the key, who uses it.
import { ListRolesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useClients } from "../../../aws/clients";
import { everyPage, useQuery } from "../../../aws/useQuery";
import { ListTable } from "../../../components/ListTable";
import { t } from "../../../i18n";
import type { StepProps } from "../draft";

interface Principal {
  arn: string;
  name: string;
  path: string;
  kind: string;
}

function usePrincipals() {
  const { iam } = useClients();
  return useQuery<readonly Principal[]>(
    async (abortSignal) => {
      const users = await everyPage(
        (Marker) => iam.send(new ListUsersCommand({ Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.Users,
      );
      const roles = await everyPage(
        (Marker) => iam.send(new ListRolesCommand({ Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.Roles,
      );
      const user = users.map(({ Arn = "", UserName = "", Path = "/" }) => {
        return { arn: Arn, name: UserName, path: Path, kind: t("kms.principal.user") };
      });
      const role = roles.map(({ Arn = "", RoleName = "", Path = "/" }) => {
        return { arn: Arn, name: RoleName, path: Path, kind: t("kms.principal.role") };
      });
      return [...user, ...role];
    },
    [iam],
  );
}

interface TableProps {
  name: string;
  title: string;
  chosen: readonly string[];
  onChoose: (arns: string[]) => void;
}

/** A table of users and roles to choose from. */
export function Principals({ name, title, chosen, onChoose }: TableProps) {
  const principals = usePrincipals();
  const selected = (principals.data ?? []).filter(({ arn }) => chosen.includes(arn));
  return (
    <ListTable
      name={name}
      query={principals}
      title={title}
      trackBy={({ arn }) => arn}
      selectionLabel={(principal) => principal.name}
      selection="multi"
      selected={selected}
      onSelect={(items) => onChoose(items.map(({ arn }) => arn))}
      empty={{ title: t("kms.principals.empty") }}
      filterPlaceholder={t("kms.principals.find")}
      pageSize={10}
      columns={[
        {
          id: "name",
          header: t("common.name"),
          cell: (principal) => principal.name,
          text: (principal) => principal.name,
          isRowHeader: true,
        },
        { id: "path", header: t("kms.principal.path"), cell: ({ path }) => path, text: ({ path }) => path },
        { id: "kind", header: t("kms.principal.kind"), cell: ({ kind }) => kind, text: ({ kind }) => kind },
      ]}
    />
  );
}

export function AdministratorsStep({ draft, change }: StepProps) {
  return (
    <SpaceBetween size="l">
      <Principals
        name="kms-administrators"
        title={t("kms.administrators")}
        chosen={draft.administrators}
        onChoose={(administrators) => change({ administrators, policy: undefined })}
      />
      <Container header={<Header variant="h2">{t("kms.deletion")}</Header>}>
        <Checkbox
          checked={draft.mayDelete}
          onChange={({ detail }) => change({ mayDelete: detail.checked, policy: undefined })}
        >
          {t("kms.deletion.allow")}
        </Checkbox>
      </Container>
    </SpaceBetween>
  );
}

export function UsersStep({ draft, change, showProblems }: StepProps) {
  const { otherAccounts } = draft;
  const set = (at: number, value: string) =>
    change({ otherAccounts: otherAccounts.map((id, index) => (index === at ? value : id)), policy: undefined });
  return (
    <SpaceBetween size="l">
      <Principals
        name="kms-users"
        title={t("kms.users")}
        chosen={draft.users}
        onChoose={(users) => change({ users, policy: undefined })}
      />
      <Container header={<Header variant="h2">{t("kms.otherAccounts")}</Header>}>
        <SpaceBetween size="s">
          {otherAccounts.map((id, index) => (
            <FormField
              key={index}
              label={t("kms.otherAccounts.id")}
              errorText={showProblems && !/^\d{12}$/.test(id) ? t("kms.otherAccounts.digits") : undefined}
            >
              <SpaceBetween size="xs" direction="horizontal">
                <Input value={id} inputMode="numeric" onChange={({ detail }) => set(index, detail.value)} />
                <Button
                  onClick={() =>
                    change({ otherAccounts: otherAccounts.filter((_, other) => other !== index), policy: undefined })
                  }
                >
                  {t("common.remove")}
                </Button>
              </SpaceBetween>
            </FormField>
          ))}
          <Button onClick={() => change({ otherAccounts: [...otherAccounts, ""], policy: undefined })}>
            {t("kms.otherAccounts.add")}
          </Button>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}
