// Editing the tags of a trail.
import { AddTagsCommand, RemoveTagsCommand } from "@aws-sdk/client-cloudtrail";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { cli } from "../../../components/cli";
import { TagRows } from "../../../components/TagRows";
import { existingTags, tagChanges, tagPairs } from "../../../components/tags";
import { t } from "../../../i18n";
import { EditForm } from "./EditForm";
import { Loaded } from "./Loaded";
import { type TrailDetail, useTrail } from "./useTrail";

export function EditTags() {
  const { query } = useTrail();
  return <Loaded query={query}>{(detail) => <Edit detail={detail} />}</Loaded>;
}

function Edit({ detail }: { detail: TrailDetail }) {
  const { clients } = useTrail();
  const { arn } = detail;
  const [tags, setTags] = useState(() => existingTags(detail.tags));
  const [isValid, setValid] = useState(true);
  const { set, remove } = tagChanges(detail.tags, tagPairs(tags));
  const added = set.map(({ key, value }) => ({ Key: key, Value: value }));
  const removed = remove.map((Key) => ({ Key }));
  const save = async () => {
    if (removed.length > 0) await clients.cloudtrail.send(new RemoveTagsCommand({ ResourceId: arn, TagsList: removed }));
    if (added.length > 0) await clients.cloudtrail.send(new AddTagsCommand({ ResourceId: arn, TagsList: added }));
  };
  const commands = [
    removed.length > 0 && cli("cloudtrail", "remove-tags", { resourceId: arn, tagsList: removed }),
    added.length > 0 && cli("cloudtrail", "add-tags", { resourceId: arn, tagsList: added }),
  ].filter((command) => command !== false);
  return (
    <EditForm
      detail={detail}
      title={t("trail.editNamed", { name: t("common.tags") })}
      dirty={added.length + removed.length > 0}
      valid={() => isValid}
      save={save}
      commands={commands}
    >
      <Container header={<Header description={t("trail.tags.about")}>{t("common.tags")}</Header>}>
        <TagRows
          tags={tags}
          onChange={(next, valid) => {
            setTags(next);
            setValid(valid);
          }}
        />
      </Container>
    </EditForm>
  );
}
