// Deletes every object and every version of a bucket, page by page.
import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useClients } from "../../aws/clients";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { formatNumber, t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { TrailsOfBucket } from "./TrailsOfBucket";

async function emptyBucket(s3: S3Client, Bucket: string): Promise<number> {
  let deleted = 0;
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return deleted;
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    const [failed] = answer.Errors ?? [];
    if (failed) throw Object.assign(new Error(failed.Message), { name: failed.Code ?? "Error" });
    deleted += Objects.length;
  }
}

interface Props {
  name: string;
  onDone: () => void;
  onDismiss: () => void;
}

export function EmptyBucket({ name, onDone, onDismiss }: Props) {
  const { s3 } = useClients();
  const flash = useFlash();
  return (
    <ConfirmDelete
      title={t("s3.empty.title", { name })}
      word={t("s3.empty.word")}
      action={t("s3.empty")}
      onDismiss={onDismiss}
      onConfirm={async () => {
        const count = await emptyBucket(s3, name);
        flash.success(t("s3.empty.done", { name, count: formatNumber(count) }));
        onDone();
      }}
    >
      <SpaceBetween size="xs">
        <span>{t("s3.empty.text")}</span>
        <TrailsOfBucket name={name} />
      </SpaceBetween>
    </ConfirmDelete>
  );
}
