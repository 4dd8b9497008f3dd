// Editing bucket, prefix, key and validation of a trail.
import { UpdateTrailCommand } from "@aws-sdk/client-cloudtrail";
import { CreateAliasCommand, CreateKeyCommand } from "@aws-sdk/client-kms";
import Alert from "@cloudscape-design/components/alert";
import { useState } from "react";
import { useSession } from "../../../aws/session";
import { cli } from "../../../components/cli";
import { t } from "../../../i18n";
import { attributeProblems, type Draft, hasProblem, newDraft } from "../wizard/draft";
import { GeneralFields } from "../wizard/GeneralFields";
import { keyPolicy } from "../wizard/policies";
import { Preflight } from "../wizard/Preflight";
import { keyPolicySteps, policyStep } from "../wizard/submit";
import { EditForm } from "./EditForm";
import { Loaded } from "./Loaded";
import { type TrailDetail, useTrail } from "./useTrail";

export function EditGeneral() {
  const { query } = useTrail();
  return <Loaded query={query}>{(detail) => <Edit detail={detail} />}</Loaded>;
}

function draftOf({ trail, name }: TrailDetail, account: string): Draft {
  return {
    ...newDraft(account),
    name,
    storage: "existing",
    bucket: trail.S3BucketName ?? "",
    prefix: trail.S3KeyPrefix ?? "",
    encrypt: trail.KmsKeyId !== undefined,
    keyKind: "existing",
    key: trail.KmsKeyId ?? "",
    validation: trail.LogFileValidationEnabled === true,
  };
}

function Edit({ detail }: { detail: TrailDetail }) {
  const session = useSession();
  const { clients } = useTrail();
  const [start] = useState(() => draftOf(detail, session.account));
  const [draft, setDraft] = useState(start);
  const [checked, setChecked] = useState(false);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const problems = attributeProblems(draft);
  const moved = draft.bucket !== start.bucket || draft.prefix !== start.prefix;
  const keyText = draft.encrypt ? (draft.keyKind === "new" ? `alias/${draft.newAlias}` : draft.key) : "";
  const changes = {
    S3BucketName: draft.bucket === start.bucket ? undefined : draft.bucket,
    S3KeyPrefix: draft.prefix === start.prefix ? undefined : draft.prefix,
    EnableLogFileValidation: draft.validation === start.validation ? undefined : draft.validation,
  };

  const newKey = async (): Promise<string | undefined> => {
    const Policy = keyPolicy(session.account, session.arn, clients.region, detail.arn);
    const { KeyMetadata } = await clients.kms.send(
      new CreateKeyCommand({ Policy, Description: t("trail.key.description", { name: detail.name }) }),
    );
    await clients.kms.send(new CreateAliasCommand({ AliasName: keyText, TargetKeyId: KeyMetadata?.KeyId }));
    setDraft((before) => ({ ...before, keyKind: "existing", key: KeyMetadata?.Arn ?? "" }));
    return KeyMetadata?.Arn;
  };
  const save = async () => {
    const key = draft.encrypt && draft.keyKind === "new" ? await newKey() : keyText;
    if (moved) await policyStep(clients, draft, session, detail.arn).run();
    if (keyText !== start.key) for (const step of keyPolicySteps(clients, draft, session, detail.arn)) await step.run();
    const KmsKeyId = key === start.key ? undefined : key;
    await clients.cloudtrail.send(new UpdateTrailCommand({ Name: detail.arn, ...changes, KmsKeyId }));
  };
  const valid = () => {
    setChecked(true);
    return !hasProblem(problems);
  };
  const command = cli("cloudtrail", "update-trail", {
    name: detail.name,
    s3BucketName: changes.S3BucketName,
    s3KeyPrefix: changes.S3KeyPrefix,
    enableLogFileValidation: changes.EnableLogFileValidation,
    kmsKeyId: keyText === start.key ? undefined : keyText,
  });
  return (
    <EditForm
      detail={detail}
      title={t("trail.editNamed", { name: t("trail.general") })}
      dirty={draft !== start}
      valid={valid}
      save={save}
      commands={[command]}
    >
      <GeneralFields
        editing
        draft={draft}
        problems={checked ? problems : {}}
        set={set}
      />
      {moved && (
        <Alert type="info" statusIconAriaLabel={t("common.flash.info")}>
          {t("trail.policyChange.onSave", { bucket: draft.bucket })}
        </Alert>
      )}
      <Preflight draft={draft} set={set} region={clients.region} />
    </EditForm>
  );
}
