// A key's tags, edited in place.
import { ListResourceTagsCommand, TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { everyPage, useQuery } from "../../aws/useQuery";
import { PartError } from "../../components/Denied";
import { ErrorAlert } from "../../components/ErrorAlert";
import { TagRows } from "../../components/TagRows";
import { existingTags, type Tag, tagChanges, tagPairs } from "../../components/tags";
import { useSubmit } from "../../components/useSubmit";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import type { KeyRow } from "./model";

export function KeyTags({ row, editable }: { row: KeyRow; editable: boolean }) {
  const { kms } = useClients();
  const flash = useFlash();
  const KeyId = row.KeyId;
  const [edited, setEdited] = useState<{ tags: Tag[]; valid: boolean }>();
  const stored = useQuery(
    async (abortSignal) => {
      const tags = await everyPage(
        (Marker) => kms.send(new ListResourceTagsCommand({ KeyId, Marker }), { abortSignal }),
        (answer) => (answer.Truncated ? answer.NextMarker : undefined),
        (answer) => answer.Tags,
      );
      return tags.map(({ TagKey = "", TagValue = "" }) => ({ key: TagKey, value: TagValue }));
    },
    [kms, KeyId],
  );
  const before = stored.data ?? [];
  const tags = edited?.tags ?? existingTags(before);
  const save = useAction(async () => {
    const { set, remove } = tagChanges(before, tagPairs(tags));
    if (remove.length > 0) await kms.send(new UntagResourceCommand({ KeyId, TagKeys: remove }));
    if (set.length > 0) {
      const Tags = set.map(({ key, value }) => ({ TagKey: key, TagValue: value }));
      await kms.send(new TagResourceCommand({ KeyId, Tags }));
    }
    setEdited(undefined);
    flash.success(t("common.edited.flash", { name: t("common.tags") }));
    stored.reload();
  });
  const { submit } = useSubmit(edited?.valid ?? false, () => void save.run());
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            editable && (
              <Button disabled={!edited} loading={save.busy} onClick={() => submit()}>
                {t("common.save")}
              </Button>
            )
          }
        >
          {t("common.tags")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <PartError error={stored.error} onRetry={stored.reload} />
        <ErrorAlert error={save.error} />
        {stored.data && <TagRows tags={tags} onChange={(next, valid) => setEdited({ tags: next, valid })} />}
      </SpaceBetween>
    </Container>
  );
}
