// The wizard that makes a trail, in three pages.
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import Checkbox from "@cloudscape-design/components/checkbox";
import { useRef, useState } from "react";
import { useNavigate } from "react-router-dom";
import { useClients } from "../../../aws/clients";
import { useIntervals } from "../../../aws/intervals";
import { useSession } from "../../../aws/session";
import { focusFirstProblem } from "../../../components/focusProblem";
import { Page } from "../../../components/Page";
import { TagRows } from "../../../components/TagRows";
import { Unavailable } from "../../../components/Unavailable";
import { useUnsaved } from "../../../components/useUnsaved";
import { t } from "../../../i18n";
import { durationText } from "../../../i18n/duration";
import { useFlash } from "../../../shell/flash";
import { attributeProblems, type Draft, eventProblems, hasProblem, newDraft } from "./draft";
import { EventFields } from "./EventFields";
import type { FieldsProps } from "./fields";
import { GeneralFields } from "./GeneralFields";
import { optionalLabel } from "./labels";
import { Preflight } from "./Preflight";
import { Review } from "./Review";
import { type Made, stepsOf } from "./submit";
import { useSteps } from "./useSteps";

const REVIEW = 2;

function Attributes(props: FieldsProps) {
  const { draft, set } = props;
  return (
    <SpaceBetween size="l">
      <GeneralFields {...props} />
      <Preflight draft={draft} set={set} />
      <Container header={<Header description={t("trail.cloudWatch.about")}>{optionalLabel(t("trail.cloudWatch"))}</Header>}>
        <FormField label={t("trail.cloudWatch")}>
          <Checkbox checked={false} disabled description={<Unavailable>{t("trail.cloudWatch.why")}</Unavailable>}>
            {t("trail.cloudWatch.enable")}
          </Checkbox>
        </FormField>
      </Container>
      <Container header={<Header description={t("trail.tags.about")}>{optionalLabel(t("common.tags"))}</Header>}>
        <TagRows tags={draft.tags} onChange={(tags, tagsValid) => set({ tags, tagsValid })} />
      </Container>
    </SpaceBetween>
  );
}

export function CreateTrail() {
  const session = useSession();
  const clients = useClients();
  const navigate = useNavigate();
  const flash = useFlash();
  const steps = useSteps();
  const { delivery } = useIntervals();
  const made = useRef<Made>({});
  const [draft, setDraft] = useState<Draft>(() => newDraft(session.account));
  const [page, setPage] = useState(0);
  const [checked, setChecked] = useState(false);
  const [touched, setTouched] = useState(false);
  const unsaved = useUnsaved(touched);

  const set = (change: Partial<Draft>) => {
    setTouched(true);
    setDraft((before) => ({ ...before, ...change }));
  };
  const problemsOf = (at: number) => (at === 0 ? attributeProblems(draft) : at === 1 ? eventProblems(draft) : {});
  const problems = checked ? problemsOf(page) : {};

  const go = (to: number) => {
    const blocked = [0, 1].find((at) => at < to && hasProblem(problemsOf(at)));
    setChecked(blocked !== undefined);
    setPage(blocked ?? to);
    if (blocked !== undefined) focusFirstProblem();
  };
  const submit = async () => {
    const list = stepsOf(clients, draft, session, made.current);
    if (!(await steps.run(list))) return;
    unsaved.release();
    flash.success(t("trail.created.next", { interval: durationText(delivery) }), { header: t("trail.created") });
    navigate("/cloudtrail/trails");
  };

  return (
    <Page
      title={t("trail.create")}
      bare
      contentType="wizard"
      crumbs={[{ text: t("trail.nav.trails"), href: "#/cloudtrail/trails" }]}
    >
      <Wizard
        activeStepIndex={page}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => navigate("/cloudtrail/trails")}
        onSubmit={() => void submit()}
        isLoadingNextStep={steps.busy}
        submitButtonText={t("trail.create")}
        i18nStrings={{ navigationAriaLabel: t("trail.wizard.steps") }}
        steps={[
          {
            title: t("trail.step1"),
            content: <Attributes draft={draft} set={set} problems={problems} />,
          },
          {
            title: t("trail.step2"),
            content: <EventFields draft={draft} set={set} problems={problems} />,
          },
          {
            title: t("trail.step3"),
            content: page === REVIEW ? <Review draft={draft} steps={steps} onEdit={setPage} /> : null,
          },
        ]}
      />
      {unsaved.dialog}
    </Page>
  );
}
