// The four lists: users, groups, roles, policies.
import {
  CreateGroupCommand,
  DeletePolicyCommand,
  ListGroupsCommand,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { everyPage, type Query, useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ErrorAlert } from "../../components/ErrorAlert";
import { InlineForm } from "../../components/InlineForm";
import { type Column, ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { loadPolicies } from "./model";

interface Named {
  name: string;
  path: string;
  created: Date | undefined;
}

function namedColumns(kind: "users" | "groups" | "roles", header: string): Column<Named>[] {
  return [
    {
      id: "name",
      header,
      cell: ({ name }) => <Link href={`#/iam/${kind}/${encodeURIComponent(name)}`}>{name}</Link>,
      text: ({ name }) => name,
      isRowHeader: true,
    },
    { id: "path", header: t("iam.path"), cell: ({ path }) => path, text: ({ path }) => path },
    {
      id: "created",
      header: t("common.created"),
      cell: ({ created }) => <Time value={created} />,
      order: ({ created }) => created?.getTime() ?? 0,
    },
  ];
}

interface NamedListProps {
  kind: "users" | "groups" | "roles";
  title: string;
  header: string;
  query: Query<readonly Named[]>;
  empty: string;
  create: React.ReactNode;
}

function NamedList({ kind, title, header, query, empty, create }: NamedListProps) {
  return (
    <ListTable
      name={`iam-${kind}`}
      variant="full-page"
      query={query}
      title={title}
      trackBy={({ name }) => name}
      empty={{ title: empty }}
      filterPlaceholder={t("iam.find")}
      sortBy="name"
      columns={namedColumns(kind, header)}
      actions={create}
    />
  );
}

export function Users() {
  const { iam } = useClients();
  const users = useQuery<readonly Named[]>(
    async (abortSignal) => {
      const all = await everyPage(
        (Marker) => iam.send(new ListUsersCommand({ Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.Users,
      );
      return all.map(({ UserName = "", Path = "/", CreateDate }) => ({ name: UserName, path: Path, created: CreateDate }));
    },
    [iam],
  );
  const create = (
    <Button variant="primary" href="#/iam/users/create">
      {t("iam.user.create")}
    </Button>
  );
  return (
    <Page title={t("iam.users")} bare contentType="table">
      <NamedList
        kind="users"
        title={t("iam.users")}
        header={t("iam.user.name")}
        query={users}
        empty={t("iam.users.empty")}
        create={create}
      />
    </Page>
  );
}

export function Roles() {
  const { iam } = useClients();
  const roles = useQuery<readonly Named[]>(
    async (abortSignal) => {
      const all = await everyPage(
        (Marker) => iam.send(new ListRolesCommand({ Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.Roles,
      );
      return all.map(({ RoleName = "", Path = "/", CreateDate }) => ({ name: RoleName, path: Path, created: CreateDate }));
    },
    [iam],
  );
  const create = (
    <Button variant="primary" href="#/iam/roles/create">
      {t("iam.role.create")}
    </Button>
  );
  return (
    <Page title={t("iam.roles")} bare contentType="table">
      <NamedList
        kind="roles"
        title={t("iam.roles")}
        header={t("iam.role.name")}
        query={roles}
        empty={t("iam.roles.empty")}
        create={create}
      />
    </Page>
  );
}

export function Groups() {
  const { iam } = useClients();
  const flash = useFlash();
  const [name, setName] = useState("");
  const groups = useQuery<readonly Named[]>(
    async (abortSignal) => {
      const all = await everyPage(
        (Marker) => iam.send(new ListGroupsCommand({ Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.Groups,
      );
      return all.map(({ GroupName = "", Path = "/", CreateDate }) => ({ name: GroupName, path: Path, created: CreateDate }));
    },
    [iam],
  );
  const add = useAction(async () => {
    await iam.send(new CreateGroupCommand({ GroupName: name }));
    flash.success(t("common.created.flash", { name }));
    setName("");
    groups.reload();
  });
  const create = (
    <InlineForm
      label={t("iam.group.name")}
      value={name}
      onChange={setName}
      action={t("iam.group.create")}
      primary
      busy={add.busy}
      onSubmit={() => void add.run()}
    />
  );
  return (
    <Page title={t("iam.groups")} bare contentType="table">
      <ErrorAlert error={add.error} title={t("common.createFailed", { name })} />
      <NamedList
        kind="groups"
        title={t("iam.groups")}
        header={t("iam.group.name")}
        query={groups}
        empty={t("iam.groups.empty")}
        create={create}
      />
    </Page>
  );
}

export function Policies() {
  const { iam } = useClients();
  const flash = useFlash();
  const [selected, setSelected] = useState<string>();
  const [deleting, setDeleting] = useState(false);
  const policies = useQuery((signal) => loadPolicies(iam, signal), [iam]);
  const chosen = policies.data?.find(({ Arn }) => Arn === selected);
  const ofAws = (arn = "") => arn.startsWith("arn:aws:iam::aws:");
  return (
    <Page title={t("iam.policies")} bare contentType="table">
      <ListTable
        name="iam-policies"
        variant="full-page"
        query={policies}
        title={t("iam.policies")}
        trackBy={({ Arn = "" }) => Arn}
        selectionLabel={({ PolicyName = "" }) => PolicyName}
        selection="single"
        selected={chosen ? [chosen] : []}
        onSelect={(items) => setSelected(items[0]?.Arn)}
        isDisabled={({ Arn }) => ofAws(Arn)}
        empty={{ title: t("iam.policies.empty") }}
        filterPlaceholder={t("iam.find")}
        sortBy="name"
        columns={[
          {
            id: "name",
            header: t("iam.policy.name"),
            cell: ({ PolicyName, Arn = "" }) => (
              <Link href={`#/iam/policies/${encodeURIComponent(Arn)}`}>{PolicyName}</Link>
            ),
            text: ({ PolicyName = "" }) => PolicyName,
            isRowHeader: true,
          },
          {
            id: "type",
            header: t("iam.policy.type"),
            cell: ({ Arn }) => (ofAws(Arn) ? t("iam.policy.aws") : t("iam.policy.customer")),
          },
          {
            id: "attached",
            header: t("iam.policy.attached"),
            cell: ({ AttachmentCount }) => AttachmentCount ?? 0,
            order: ({ AttachmentCount }) => AttachmentCount ?? 0,
          },
        ]}
        actions={
          <>
            <Button disabled={!chosen} onClick={() => setDeleting(true)}>
              {t("common.delete")}
            </Button>
            <Button variant="primary" href="#/iam/policies/create">
              {t("iam.policy.create")}
            </Button>
          </>
        }
      />
      {chosen && deleting && (
        <ConfirmDelete
          title={t("iam.delete", { name: chosen.PolicyName ?? "" })}
          onDismiss={() => setDeleting(false)}
          onConfirm={async () => {
            await iam.send(new DeletePolicyCommand({ PolicyArn: chosen.Arn }));
            flash.success(t("common.deleted.flash", { name: chosen.PolicyName ?? "" }));
            setDeleting(false);
            policies.reload();
          }}
        >
          {t("iam.policy.delete.text")}
        </ConfirmDelete>
      )}
    </Page>
  );
}
