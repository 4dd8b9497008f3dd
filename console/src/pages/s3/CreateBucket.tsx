// Create bucket: one page with AWS's sections in AWS's order.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useAction } from "../../aws/useAction";
import { CliPreview } from "../../components/CliPreview";
import { ErrorAlert } from "../../components/ErrorAlert";
import { focusFirstProblem } from "../../components/focusProblem";
import { FormActions } from "../../components/FormActions";
import { Page } from "../../components/Page";
import { TagRows } from "../../components/TagRows";
import { useUnsaved } from "../../components/useUnsaved";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { createBucket, createCommands } from "./createBucket";
import { type BucketDraft, isReady, NEW_BUCKET } from "./draft";
import { EncryptionFields } from "./EncryptionFields";
import { bucketHref } from "./paths";
import { AdvancedSection, GeneralSection, OwnershipSection, VersioningSection } from "./sections/CreateSections";
import { PublicAccessSection } from "./sections/PublicAccessSection";

export function CreateBucket() {
  const { s3, region } = useClients();
  const flash = useFlash();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<BucketDraft>(NEW_BUCKET);
  const [shown, setShown] = useState(false);
  const change = (part: Partial<BucketDraft>) => setDraft((before) => ({ ...before, ...part }));
  const unsaved = useUnsaved(draft !== NEW_BUCKET);
  const create = useAction(async () => {
    const failed = await createBucket(s3, draft, region);
    unsaved.release();
    const details = { action: <Button href={bucketHref(draft.name)}>{t("s3.details")}</Button> };
    flash.success(t("s3.created", { name: draft.name }), details);
    for (const [what, error] of failed) flash.error(t("s3.notApplied", { what }), error);
    navigate("/s3/buckets");
  });
  const submit = () => {
    setShown(true);
    if (isReady(draft)) void create.run();
    else focusFirstProblem();
  };
  const props = { draft, change, showProblems: shown };
  return (
    <Page title={t("s3.create")} crumbs={[{ text: t("s3.buckets.title"), href: "#/s3/buckets" }]} contentType="form">
      {unsaved.dialog}
      <GeneralSection {...props} region={region} />
      <OwnershipSection {...props} />
      <PublicAccessSection {...props} />
      <VersioningSection {...props} />
      <Container header={<Header variant="h2">{t("s3.tags.optional")}</Header>}>
        <TagRows tags={draft.tags} onChange={(tags, tagsValid) => change({ tags, tagsValid })} />
      </Container>
      <Container header={<Header variant="h2">{t("s3.encryption")}</Header>}>
        <EncryptionFields value={draft} onChange={change} showProblems={shown} />
      </Container>
      <AdvancedSection {...props} />
      <CliPreview commands={createCommands(draft, region)} />
      <ErrorAlert error={create.error} title={t("common.createFailed", { name: draft.name })} />
      <FormActions
        submit={t("s3.create")}
        busy={create.busy}
        onSubmit={submit}
        onCancel={() => navigate("/s3/buckets")}
      />
    </Page>
  );
}
