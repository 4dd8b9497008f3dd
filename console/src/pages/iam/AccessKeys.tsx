// The access keys of a user: make one and see its secret once, turn off, delete.
import {
  type AccessKey,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  type StatusType,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { useQuery } from "../../aws/useQuery";
import { CopyText } from "../../components/CopyText";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ErrorAlert } from "../../components/ErrorAlert";
import { ListTable } from "../../components/ListTable";
import { Time } from "../../components/Time";
import { t } from "../../i18n";

/** Source: IAM quotas. */
const KEYS_MAX = 2;

/** `user` is undefined for whoever is signed in. */
export function AccessKeys({ user }: { user?: string }) {
  const { iam } = useClients();
  const [made, setMade] = useState<AccessKey>();
  const keys = useQuery(
    async (abortSignal) =>
      (await iam.send(new ListAccessKeysCommand({ UserName: user }), { abortSignal })).AccessKeyMetadata ?? [],
    [iam, user],
  );
  const create = useAction(async () => {
    setMade((await iam.send(new CreateAccessKeyCommand({ UserName: user }))).AccessKey);
    keys.reload();
  });
  const [deleting, setDeleting] = useState<string>();
  const change = useAction(async (AccessKeyId: string, Status: StatusType) => {
    await iam.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId, Status }));
    keys.reload();
  });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={create.error ?? change.error} />
      {made && <Secret made={made} />}
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
          { id: "created", header: t("common.created"), cell: ({ CreateDate }) => <Time value={CreateDate} /> },
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
          <Button
            disabled={(keys.data?.length ?? KEYS_MAX) >= KEYS_MAX}
            loading={create.busy}
            onClick={() => void create.run()}
          >
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

function Secret({ made }: { made: AccessKey }) {
  const download = () => {
    const text = `Access key ID,Secret access key\n${made.AccessKeyId},${made.SecretAccessKey}\n`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    Object.assign(document.createElement("a"), { href: url, download: "accessKeys.csv" }).click();
    URL.revokeObjectURL(url);
  };
  return (
    <Alert
      type="success"
      statusIconAriaLabel={t("common.flash.success")}
      header={t("iam.accessKey.once")}
      action={<Button onClick={download}>{t("iam.accessKey.csv")}</Button>}
    >
      <KeyValuePairs
        columns={2}
        items={[
          { label: t("iam.accessKey.id"), value: <CopyText text={made.AccessKeyId} name={t("iam.accessKey.id")} /> },
          {
            label: t("iam.accessKey.secret"),
            value: <CopyText text={made.SecretAccessKey} name={t("iam.accessKey.secret")} />,
          },
        ]}
      />
    </Alert>
  );
}
