// The create-key wizard: six steps, then CreateKey and CreateAlias as the signed-in user.
import { CreateAliasCommand, CreateKeyCommand } from "@aws-sdk/client-kms";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useAction } from "../../aws/useAction";
import { ErrorAlert } from "../../components/ErrorAlert";
import { focusFirstProblem } from "../../components/focusProblem";
import { Page } from "../../components/Page";
import { jsonProblem } from "../../components/PolicyEditor";
import { tagPairs } from "../../components/tags";
import { useUnsaved } from "../../components/useUnsaved";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { aliasProblem, fullAlias } from "./alias";
import { draftPolicy, type KeyDraft, NEW_KEY } from "./draft";
import { ConfigureStep } from "./steps/ConfigureStep";
import { LabelsStep } from "./steps/LabelsStep";
import { AdministratorsStep, UsersStep } from "./steps/PrincipalsStep";
import { PolicyStep } from "./steps/PolicyStep";
import { ReviewStep } from "./steps/ReviewStep";

const LABELS = 1;
const PRINCIPALS = 3;
const POLICY = 4;
const STEPS = [0, 1, 2, 3, 4, 5] as const;

export function CreateKey() {
  const { kms } = useClients();
  const { account } = useSession();
  const flash = useFlash();
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<KeyDraft>(NEW_KEY);
  const [shown, setShown] = useState(false);
  const change = (part: Partial<KeyDraft>) => setDraft((before) => ({ ...before, ...part }));
  const unsaved = useUnsaved(draft !== NEW_KEY);
  const policy = draft.policy ?? draftPolicy(draft, account);

  const create = useAction(async () => {
    const Tags = tagPairs(draft.tags).map(({ key, value }) => ({ TagKey: key, TagValue: value }));
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({
        Description: draft.description || undefined,
        KeySpec: "SYMMETRIC_DEFAULT",
        KeyUsage: "ENCRYPT_DECRYPT",
        Origin: "AWS_KMS",
        MultiRegion: false,
        Policy: policy,
        Tags: Tags.length > 0 ? Tags : undefined,
      }),
    );
    const id = KeyMetadata?.KeyId ?? "";
    unsaved.release();
    try {
      await kms.send(new CreateAliasCommand({ AliasName: fullAlias(draft.alias), TargetKeyId: id }));
      flash.success(t("kms.created", { alias: draft.alias, id }));
    } catch (error) {
      flash.error(t("kms.createdWithoutAlias", { id }), error);
    }
    navigate(`/kms/keys/${encodeURIComponent(id)}`);
  });

  const problemAt = (at: number) =>
    (at === LABELS && (aliasProblem(draft.alias) !== undefined || !draft.tagsValid)) ||
    (at === PRINCIPALS && draft.otherAccounts.some((id) => !/^\d{12}$/.test(id))) ||
    (at === POLICY && jsonProblem(policy) !== undefined);
  const go = (to: number) => {
    const wrong = STEPS.find((at) => at >= step && at < to && problemAt(at));
    setShown(wrong !== undefined);
    setStep(wrong ?? to);
    if (wrong !== undefined) focusFirstProblem();
  };
  const props = { draft, change, policy, showProblems: shown };
  return (
    <Page title={t("kms.create")} crumbs={[{ text: t("kms.keys.title"), href: "#/kms/keys" }]} bare contentType="wizard">
      {unsaved.dialog}
      <Wizard
        activeStepIndex={step}
        allowSkipTo
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => navigate("/kms/keys")}
        onSubmit={() => void create.run()}
        isLoadingNextStep={create.busy}
        submitButtonText={t("kms.create.finish")}
        steps={[
          { title: t("kms.step.configure"), content: <ConfigureStep /> },
          { title: t("kms.step.labels"), content: <LabelsStep {...props} /> },
          { title: t("kms.step.administrators"), isOptional: true, content: <AdministratorsStep {...props} /> },
          { title: t("kms.step.users"), isOptional: true, content: <UsersStep {...props} /> },
          { title: t("kms.step.policy"), isOptional: true, content: <PolicyStep {...props} /> },
          {
            title: t("kms.step.review"),
            content: (
              <>
                <ErrorAlert error={create.error} title={t("common.createFailed", { name: t("kms.key") })} />
                <ReviewStep {...props} onEdit={setStep} />
              </>
            ),
          },
        ]}
      />
    </Page>
  );
}
