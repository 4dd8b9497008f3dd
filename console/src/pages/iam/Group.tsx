// One group: its members and its policies.
import { AddUserToGroupCommand, DeleteGroupCommand, GetGroupCommand, RemoveUserFromGroupCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { everyPage, useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ErrorAlert } from "../../components/ErrorAlert";
import { InlineForm } from "../../components/InlineForm";
import { ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { groupHolder } from "./model";
import { Permissions } from "./Permissions";

export function Group() {
  const { name = "" } = useParams();
  const { iam } = useClients();
  const flash = useFlash();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const holder = useMemo(() => groupHolder(iam, name), [iam, name]);
  return (
    <Page
      title={name}
      crumbs={[{ text: t("iam.groups"), href: "#/iam/groups" }]}
      actions={<Button onClick={() => setDeleting(true)}>{t("common.delete")}</Button>}
    >
      <Tabs
        ariaLabel={name}
        tabs={[
          { id: "members", label: t("iam.users"), content: <Members group={name} /> },
          { id: "permissions", label: t("iam.permissions"), content: <Permissions holder={holder} name={name} /> },
        ]}
      />
      {deleting && (
        <ConfirmDelete
          title={t("iam.delete", { name })}
          onDismiss={() => setDeleting(false)}
          onConfirm={async () => {
            await iam.send(new DeleteGroupCommand({ GroupName: name }));
            flash.success(t("common.deleted.flash", { name }));
            navigate("/iam/groups");
          }}
        >
          {t("iam.group.delete.text")}
        </ConfirmDelete>
      )}
    </Page>
  );
}

function Members({ group }: { group: string }) {
  const { iam } = useClients();
  const [user, setUser] = useState("");
  const members = useQuery(
    (abortSignal) =>
      everyPage(
        (Marker) => iam.send(new GetGroupCommand({ GroupName: group, Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.Users,
      ),
    [iam, group],
  );
  const change = useAction(async (UserName: string, action: "add" | "remove") => {
    const input = { GroupName: group, UserName };
    await (action === "add" ? iam.send(new AddUserToGroupCommand(input)) : iam.send(new RemoveUserFromGroupCommand(input)));
    setUser("");
    members.reload();
  });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={change.error} />
      <ListTable
        name="iam-members"
        query={members}
        title={t("iam.users")}
        trackBy={({ UserName = "" }) => UserName}
        empty={{ title: t("iam.group.empty") }}
        columns={[
          {
            id: "name",
            header: t("iam.user.name"),
            cell: ({ UserName }) => UserName,
            text: ({ UserName = "" }) => UserName,
            isRowHeader: true,
          },
          {
            id: "remove",
            header: t("common.remove"),
            cell: ({ UserName = "" }) => (
              <Button
                variant="inline-icon"
                iconName="remove"
                ariaLabel={t("iam.group.remove", { name: UserName })}
                onClick={() => void change.run(UserName, "remove")}
              />
            ),
          },
        ]}
        actions={
          <InlineForm
            label={t("iam.user.name")}
            value={user}
            onChange={setUser}
            action={t("iam.group.add")}
            busy={change.busy}
            onSubmit={() => void change.run(user, "add")}
          />
        }
      />
    </SpaceBetween>
  );
}
