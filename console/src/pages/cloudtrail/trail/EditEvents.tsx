// Editing which events a trail keeps.
import { PutEventSelectorsCommand } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import { useState } from "react";
import { useSession } from "../../../aws/session";
import { cli } from "../../../components/cli";
import { t } from "../../../i18n";
import { type Draft, eventProblems, eventsOf, hasProblem, newDraft, selectorsOf } from "../wizard/draft";
import { EventFields } from "../wizard/EventFields";
import { EditForm } from "./EditForm";
import { Loaded } from "./Loaded";
import { type TrailDetail, useTrail } from "./useTrail";

export function EditEvents() {
  const { query } = useTrail();
  return <Loaded query={query}>{(detail) => <Edit detail={detail} />}</Loaded>;
}

function Edit({ detail }: { detail: TrailDetail }) {
  const { account } = useSession();
  const { clients } = useTrail();
  const advanced = (detail.selectors.AdvancedEventSelectors ?? []).length > 0;
  const [start] = useState<Draft>(() => ({ ...newDraft(account), ...(advanced ? {} : eventsOf(detail.basic)) }));
  const [draft, setDraft] = useState(start);
  const [checked, setChecked] = useState(false);
  const problems = eventProblems(draft);
  const save = async () => {
    const EventSelectors = selectorsOf(draft);
    await clients.cloudtrail.send(new PutEventSelectorsCommand({ TrailName: detail.arn, EventSelectors }));
  };
  const valid = () => {
    setChecked(true);
    return !hasProblem(problems);
  };
  return (
    <EditForm
      detail={detail}
      title={t("trail.editNamed", { name: t("trail.events") })}
      dirty={draft !== start}
      valid={valid}
      save={save}
      commands={[cli("cloudtrail", "put-event-selectors", { trailName: detail.name, eventSelectors: selectorsOf(draft) })]}
    >
      {advanced && (
        <Alert type="warning" statusIconAriaLabel={t("common.flash.warning")}>
          {t("trail.advancedSelectors.warning")}
        </Alert>
      )}
      <EventFields
        draft={draft}
        problems={checked ? problems : {}}
        set={(change) => setDraft((before) => ({ ...before, ...change }))}
      />
    </EditForm>
  );
}
