// The access keys of a user: the way to make one, turn off, delete.
import {
  type AccessKeyMetadata,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListUserTagsCommand,
  type StatusType,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { everyPage, useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ErrorAlert } from "../../components/ErrorAlert";
import { ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { t } from "../../i18n";

/** Source: IAM quotas. */
const KEYS_MAX = 2;

interface Row extends AccessKeyMetadata {
  description?: string;
  used?: Date;
}

/** The keys, and what else may be read of them: who may not read that still sees the keys. */
async function load(iam: IAMClient, user: string | undefined, owner: string | undefined, abortSignal: AbortSignal) {
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: user }), { abortSignal });
  const used = (AccessKeyId: string | undefined) =>
    iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }), { abortSignal }).then(
      ({ AccessKeyLastUsed }) => AccessKeyLastUsed?.LastUsedDate,
      () => undefined,
    );
  const tags = () =>
    everyPage(
      (Marker) => iam.send(new ListUserTagsCommand({ UserName: owner, Marker }), { abortSignal }),
      (answer) => answer.Marker,
      (answer) => answer.Tags,
    );
  const known = owner === undefined || AccessKeyMetadata.length === 0 ? [] : await tags().catch(() => []);
  return Promise.all(
    AccessKeyMetadata.map(async (key): Promise<Row> => {
      const description = known.find(({ Key }) => Key === key.AccessKeyId)?.Value;
      return { ...key, description, used: await used(key.AccessKeyId) };
    }),
  );
}

interface Props {
  /** Undefined for the signed-in user. */
  user?: string;
  /** Whose tags hold the descriptions; undefined for the root user. */
  owner: string | undefined;
  /** Where a key is made. */
  createHref: string;
}

export function AccessKeys({ user, owner, createHref }: Props) {
  const { iam } = useClients();
  const keys = useQuery((signal) => load(iam, user, owner, signal), [iam, user, owner]);
  const [deleting, setDeleting] = useState<string>();
  const change = useAction(async (AccessKeyId: string, Status: StatusType) => {
    await iam.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId, Status }));
    keys.reload();
  });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={change.error} />
      <ListTable
        name="iam-access-keys"
        query={keys}
        title={t("iam.accessKeys")}
        trackBy={({ AccessKeyId = "" }) => AccessKeyId}
        empty={{ title: t("iam.accessKeys.empty") }}
        columns={[
          {
            id: "id",
            header: t("iam.accessKey.id"),
            cell: ({ AccessKeyId }) => AccessKeyId,
            text: ({ AccessKeyId = "" }) => AccessKeyId,
            isRowHeader: true,
          },
          {
            id: "status",
            header: t("iam.status"),
            cell: ({ Status }) => (Status === "Active" ? t("iam.accessKey.active") : t("iam.accessKey.inactive")),
          },
          { id: "description", header: t("iam.accessKey.about"), cell: ({ description }) => description ?? "–" },
          { id: "created", header: t("common.created"), cell: ({ CreateDate }) => <Time value={CreateDate} /> },
          {
            id: "used",
            header: t("iam.accessKey.used"),
            cell: ({ used }) => (used ? <Time value={used} /> : t("iam.accessKey.used.never")),
          },
          {
            id: "actions",
            header: t("iam.actions"),
            cell: ({ AccessKeyId = "", Status }) => (
              <SpaceBetween size="xs" direction="horizontal">
                <Button
                  variant="inline-link"
                  ariaLabel={t("iam.accessKey.switch", { id: AccessKeyId })}
                  onClick={() => void change.run(AccessKeyId, Status === "Active" ? "Inactive" : "Active")}
                >
                  {Status === "Active" ? t("iam.accessKey.deactivate") : t("iam.accessKey.activate")}
                </Button>
                {Status !== "Active" && (
                  <Button
                    variant="inline-link"
                    ariaLabel={t("iam.delete", { name: AccessKeyId })}
                    onClick={() => setDeleting(AccessKeyId)}
                  >
                    {t("common.delete")}
                  </Button>
                )}
              </SpaceBetween>
            ),
          },
        ]}
        actions={
          <Button disabled={(keys.data?.length ?? KEYS_MAX) >= KEYS_MAX} href={createHref}>
            {t("iam.accessKey.create")}
          </Button>
        }
      />
      {deleting && (
        <ConfirmDelete
          title={t("iam.delete", { name: deleting })}
          onDismiss={() => setDeleting(undefined)}
          onConfirm={async () => {
            await iam.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: deleting }));
            setDeleting(undefined);
            keys.reload();
          }}
        >
          {t("iam.accessKey.delete.text")}
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}
