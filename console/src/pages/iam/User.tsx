// One user: permissions, groups, security credentials.
import {
  DeleteUserCommand,
  GetUserCommand,
  ListGroupsForUserCommand,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useMemo, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { everyPage, useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { CopyText } from "../../components/CopyText";
import { ErrorAlert } from "../../components/ErrorAlert";
import { ListTable } from "../../components/ListTable";
import { Page } from "../../components/Page";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { AccessKeys } from "./AccessKeys";
import { Mfa } from "./Mfa";
import { userHolder } from "./model";
import { Password } from "./Password";
import { Permissions } from "./Permissions";

export function User() {
  const { name = "" } = useParams();
  const { iam } = useClients();
  const flash = useFlash();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const user = useQuery(
    async (abortSignal) => (await iam.send(new GetUserCommand({ UserName: name }), { abortSignal })).User,
    [iam, name],
  );
  const [search, setSearch] = useSearchParams();
  const holder = useMemo(() => userHolder(iam, name), [iam, name]);
  return (
    <Page
      title={name}
      crumbs={[{ text: t("iam.users"), href: "#/iam/users" }]}
      actions={<Button onClick={() => setDeleting(true)}>{t("common.delete")}</Button>}
    >
      <ErrorAlert error={user.error} onRetry={user.reload} />
      {user.data && (
        <SpaceBetween size="l">
          <Container>
            <KeyValuePairs
              columns={2}
              items={[
                { label: t("common.arn"), value: <CopyText text={user.data.Arn} name={t("common.arn")} /> },
                { label: t("common.created"), value: <Time value={user.data.CreateDate} /> },
              ]}
            />
          </Container>
          <Tabs
            ariaLabel={name}
            activeTabId={search.get("tab") ?? "permissions"}
            onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })}
            tabs={[
              { id: "permissions", label: t("iam.permissions"), content: <Permissions holder={holder} name={name} /> },
              { id: "groups", label: t("iam.groups"), content: <GroupsOf user={name} /> },
              {
                id: "credentials",
                label: t("iam.credentials"),
                content: (
                  <SpaceBetween size="l">
                    <Password user={name} />
                    <Mfa user={name} />
                    <AccessKeys user={name} owner={name} createHref={`#/iam/users/${encodeURIComponent(name)}/access-key/create`} />
                  </SpaceBetween>
                ),
              },
            ]}
          />
        </SpaceBetween>
      )}
      {deleting && (
        <ConfirmDelete
          title={t("iam.delete", { name })}
          word={name}
          onDismiss={() => setDeleting(false)}
          onConfirm={async () => {
            await iam.send(new DeleteUserCommand({ UserName: name }));
            flash.success(t("common.deleted.flash", { name }));
            navigate("/iam/users");
          }}
        >
          {t("iam.user.delete.text")}
        </ConfirmDelete>
      )}
    </Page>
  );
}

function GroupsOf({ user }: { user: string }) {
  const { iam } = useClients();
  const groups = useQuery(
    (abortSignal) =>
      everyPage(
        (Marker) => iam.send(new ListGroupsForUserCommand({ UserName: user, Marker }), { abortSignal }),
        (answer) => answer.Marker,
        (answer) => answer.Groups,
      ),
    [iam, user],
  );
  const leave = useAction(async (GroupName: string) => {
    await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName: user }));
    groups.reload();
  });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={leave.error} />
      <ListTable
        name="iam-groups-of-user"
        query={groups}
        title={t("iam.groups")}
        trackBy={({ GroupName = "" }) => GroupName}
        empty={{ title: t("iam.groups.ofUser.empty") }}
        columns={[
          {
            id: "name",
            header: t("iam.group.name"),
            cell: ({ GroupName = "" }) => <Link href={`#/iam/groups/${encodeURIComponent(GroupName)}`}>{GroupName}</Link>,
            text: ({ GroupName = "" }) => GroupName,
            isRowHeader: true,
          },
          {
            id: "remove",
            header: t("common.remove"),
            cell: ({ GroupName = "" }) => (
              <Button
                variant="inline-icon"
                iconName="remove"
                ariaLabel={t("iam.group.leave", { name: GroupName })}
                onClick={() => void leave.run(GroupName)}
              />
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
