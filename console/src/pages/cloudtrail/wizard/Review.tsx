// The last page of the wizard: everything once more, and what it will change in policies.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useClients } from "../../../aws/clients";
import { useSession } from "../../../aws/session";
import { useQuery } from "../../../aws/useQuery";
import { CliPreview } from "../../../components/CliPreview";
import { PartError } from "../../../components/Denied";
import { ErrorAlert } from "../../../components/ErrorAlert";
import { PolicyDiff } from "../../../components/PolicyDiff";
import { tagPairs } from "../../../components/tags";
import { Unavailable } from "../../../components/Unavailable";
import { t } from "../../../i18n";
import { bucketPolicy, storedKeyPolicy } from "./checks";
import { createCommands } from "./commands";
import { type Draft, location, trailArn } from "./draft";
import { Progress } from "./Progress";
import { keyPolicy, withDelivery, withEncryption } from "./policies";
import { dataItems, managementItems, onOff } from "./summary";
import type { useSteps } from "./useSteps";

interface Props {
  draft: Draft;
  steps: ReturnType<typeof useSteps>;
  onEdit: (page: number) => void;
}

function Section({ title, onEdit, children }: { title: string; onEdit?: () => void; children: ReactNode }) {
  const actions = onEdit && (
    <Button onClick={onEdit} ariaLabel={t("trail.editNamed", { name: title })}>
      {t("common.edit")}
    </Button>
  );
  return <Container header={<Header actions={actions}>{title}</Header>}>{children}</Container>;
}

function generalItems(draft: Draft, account: string): KeyValuePairsProps.Item[] {
  const key = draft.keyKind === "new" ? `alias/${draft.newAlias} (${t("trail.key.new")})` : draft.key;
  return [
    { label: t("trail.name"), value: draft.name },
    { label: t("trail.multiRegion"), value: t("common.yes") },
    { label: t("trail.organization.apply"), value: t("common.no") },
    { label: t("trail.location"), value: location(draft, account) },
    { label: t("trail.encryption"), value: onOff(draft.encrypt) },
    { label: t("trail.kmsKey"), value: draft.encrypt ? key : "–" },
    { label: t("trail.validation"), value: onOff(draft.validation) },
    { label: t("trail.sns"), value: t("common.disabled") },
  ];
}

function usePolicyChange(draft: Draft) {
  const { s3, region } = useClients();
  const { account } = useSession();
  const arn = trailArn(draft.name, region, account);
  const query = useQuery(
    (signal) => (draft.storage === "new" ? Promise.resolve("") : bucketPolicy(s3, draft.bucket, signal)),
    [s3, draft.storage, draft.bucket],
  );
  const change =
    query.data === undefined ? undefined : withDelivery(query.data, { ...draft, account, trailArn: arn });
  return { query, change, arn };
}

/** What the trail will change in the policy of an existing key. */
function useKeyChange(draft: Draft, arn: string) {
  const { kms } = useClients();
  const { account } = useSession();
  const query = useQuery((signal) => storedKeyPolicy(kms, draft.key, signal), [kms, draft.key], {
    enabled: draft.encrypt && draft.keyKind === "existing" && draft.addKeyStatement,
  });
  const change = query.data && withEncryption(query.data.policy, account, arn);
  return { query, change };
}

function KeyChange({ change, query }: ReturnType<typeof useKeyChange>) {
  if (query.error) return <PartError error={query.error} onRetry={query.reload} />;
  if (!change) return null;
  return (
    <SpaceBetween size="s">
      <Alert type="info" statusIconAriaLabel={t("common.flash.info")}>
        {t(change.added > 0 ? "trail.keyChange.about" : "trail.keyChange.none")}
      </Alert>
      {change.added > 0 && <PolicyDiff before={query.data?.policy ?? ""} after={change.policy} label={t("trail.keyChange")} />}
    </SpaceBetween>
  );
}

export function Review({ draft, steps, onEdit }: Props) {
  const session = useSession();
  const { region } = useClients();
  const { query, change, arn } = usePolicyChange(draft);
  const key = useKeyChange(draft, arn);
  const tags = tagPairs(draft.tags);
  const policies = {
    bucket: change && change.added > 0 ? change.policy : undefined,
    key: key.change && key.change.added > 0 ? key.change.policy : undefined,
  };
  return (
    <SpaceBetween size="l">
      <Section title={t("trail.general")} onEdit={() => onEdit(0)}>
        <KeyValuePairs columns={2} items={generalItems(draft, session.account)} />
      </Section>
      <Section title={t("trail.cloudWatch")}>
        <Unavailable>{t("trail.cloudWatch.why")}</Unavailable>
      </Section>
      <Section title={t("common.tags")} onEdit={() => onEdit(0)}>
        {tags.length === 0 ? t("trail.noTags") : <KeyValuePairs columns={2} items={tags.map(({ key, value }) => ({ label: key, value: value || "–" }))} />}
      </Section>
      <Section title={t("trail.management")} onEdit={() => onEdit(1)}>
        {draft.management ? <KeyValuePairs columns={3} items={managementItems(draft)} /> : t("trail.notLogged")}
      </Section>
      <Section title={t("trail.data")} onEdit={() => onEdit(1)}>
        {draft.data ? <KeyValuePairs columns={3} items={dataItems(draft)} /> : t("trail.notLogged")}
      </Section>
      <Section title={t("trail.insightsEvents")}>
        <Unavailable>{t("trail.insights.why")}</Unavailable>
      </Section>
      <Section title={t("trail.network")}>
        <Unavailable>{t("trail.network.why")}</Unavailable>
      </Section>
      <Section title={t("trail.policyChange")}>
        <SpaceBetween size="s">
          <ErrorAlert error={query.error} title={t("trail.policyChange.unknown")} onRetry={query.reload} />
          {change && (
            <SpaceBetween size="s">
              <Alert type="info" statusIconAriaLabel={t("common.flash.info")}>
                {change.added > 0
                  ? t("trail.policyChange.about", { bucket: draft.bucket, count: change.added })
                  : t("trail.policyChange.none")}
              </Alert>
              {change.added > 0 && <PolicyDiff before={query.data ?? ""} after={change.policy} label={t("trail.policyChange")} />}
            </SpaceBetween>
          )}
        </SpaceBetween>
      </Section>
      {draft.encrypt && draft.keyKind === "existing" && draft.addKeyStatement && (
        <Section title={t("trail.keyChange")}>
          <KeyChange {...key} />
        </Section>
      )}
      {draft.encrypt && draft.keyKind === "new" && (
        <Section title={t("trail.keyPolicy")}>
          <PolicyDiff before="" after={keyPolicy(session.account, session.arn, region, arn)} label={t("trail.keyPolicy")} />
        </Section>
      )}
      <CliPreview commands={createCommands(draft, session, region, policies)} />
      <Progress steps={steps} onEdit={onEdit} title={t("common.createFailed", { name: draft.name })} />
    </SpaceBetween>
  );
}
