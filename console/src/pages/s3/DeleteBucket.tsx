import { DeleteBucketCommand } from "@aws-sdk/client-s3";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useClients } from "../../aws/clients";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { TrailsOfBucket } from "./TrailsOfBucket";

interface Props {
  name: string;
  onDone: () => void;
  onDismiss: () => void;
}

/** Asks for the bucket's name; a bucket that is not empty is refused by the server. */
export function DeleteBucket({ name, onDone, onDismiss }: Props) {
  const { s3 } = useClients();
  const flash = useFlash();
  return (
    <ConfirmDelete
      title={t("s3.delete.title", { name })}
      word={name}
      onDismiss={onDismiss}
      onConfirm={async () => {
        await s3.send(new DeleteBucketCommand({ Bucket: name }));
        flash.success(t("common.deleted.flash", { name }));
        onDone();
      }}
    >
      <SpaceBetween size="xs">
        <span>{t("s3.delete.text")}</span>
        <TrailsOfBucket name={name} />
      </SpaceBetween>
    </ConfirmDelete>
  );
}
