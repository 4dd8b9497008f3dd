// The frame of a trail's edit pages: save, cancel, error, question before leaving.
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useNavigate } from "react-router-dom";
import { useAction } from "../../../aws/useAction";
import { CliPreview } from "../../../components/CliPreview";
import { ErrorAlert } from "../../../components/ErrorAlert";
import { focusFirstProblem } from "../../../components/focusProblem";
import { Page } from "../../../components/Page";
import { useUnsaved } from "../../../components/useUnsaved";
import { t } from "../../../i18n";
import { useFlash } from "../../../shell/flash";
import { trailHref } from "../trails";
import { trailsCrumb } from "./Loaded";
import type { TrailDetail } from "./useTrail";

interface Props {
  detail: TrailDetail;
  title: string;
  dirty: boolean;
  /** Answers false when the form has a problem that it now shows. */
  valid: () => boolean;
  save: () => Promise<void>;
  commands: readonly string[];
  children: ReactNode;
}

export function EditForm({ detail: { arn, name }, title, dirty, valid, save, commands, children }: Props) {
  const navigate = useNavigate();
  const flash = useFlash();
  const unsaved = useUnsaved(dirty);
  const back = trailHref(arn).slice(1);
  const work = useAction(save);
  const submit = async () => {
    if (!valid()) {
      focusFirstProblem();
      return;
    }
    if (!(await work.run())) return;
    unsaved.release();
    flash.success(t("common.edited.flash", { name }));
    navigate(back);
  };
  return (
    <Page title={title} contentType="form" crumbs={[trailsCrumb(), { text: name, href: trailHref(arn) }]}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Form
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              <Button formAction="none" variant="link" onClick={() => navigate(back)}>
                {t("common.cancel")}
              </Button>
              <Button variant="primary" loading={work.busy}>
                {t("common.save")}
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            {children}
            <CliPreview commands={commands} />
            <ErrorAlert error={work.error} title={t("common.editFailed", { name })} onDismiss={work.clear} />
          </SpaceBetween>
        </Form>
      </form>
      {unsaved.dialog}
    </Page>
  );
}
