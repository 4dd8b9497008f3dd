// Who may use a bucket: Block Public Access, the policy, object ownership, the ACL.
import {
  DeleteBucketPolicyCommand,
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  PutBucketOwnershipControlsCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { isCode } from "../../aws/errors";
import { useQuery } from "../../aws/useQuery";
import { ConfirmDelete } from "../../components/ConfirmDelete";
import { ForecastStops } from "../../components/ForecastStops";
import { JsonView } from "../../components/JsonView";
import { UnboundServices } from "../../components/UnboundServices";
import { type MessageKey, t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { Card } from "./Card";
import { Cors } from "./Cors";
import type { BucketDraft } from "./draft";
import { OwnershipFields } from "./sections/CreateSections";
import { BlockBoxes, type BlockFields } from "./sections/PublicAccessSection";
import { TrailsOfBucket } from "./TrailsOfBucket";

export function Permissions({ bucket }: { bucket: string }) {
  return (
    <SpaceBetween size="l">
      <PublicAccess bucket={bucket} />
      <Policy bucket={bucket} />
      <Ownership bucket={bucket} />
      <Acl bucket={bucket} />
      <Cors bucket={bucket} />
    </SpaceBetween>
  );
}

const OPEN: BlockFields = { blockNewAcls: false, ignoreAcls: false, blockNewPolicies: false, restrictPolicies: false };

function PublicAccess({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const [edited, setEdited] = useState<Partial<BlockFields>>({});
  const [acknowledged, setAcknowledged] = useState(false);
  const stored = useQuery<BlockFields>(
    async (abortSignal) => {
      try {
        const answer = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }), { abortSignal });
        const block = answer.PublicAccessBlockConfiguration;
        return {
          blockNewAcls: block?.BlockPublicAcls ?? false,
          ignoreAcls: block?.IgnorePublicAcls ?? false,
          blockNewPolicies: block?.BlockPublicPolicy ?? false,
          restrictPolicies: block?.RestrictPublicBuckets ?? false,
        };
      } catch (error) {
        if (isCode(error, "NoSuchPublicAccessBlockConfiguration")) return OPEN;
        throw error;
      }
    },
    [s3, bucket],
  );
  const value = { ...(stored.data ?? OPEN), ...edited };
  const all = Object.values(stored.data ?? OPEN).every(Boolean);
  const opens = !Object.values(value).every(Boolean);
  const finish = () => {
    setEdited({});
    setAcknowledged(false);
  };
  return (
    <Card
      title={t("s3.publicAccess.bucket")}
      query={stored}
      blocked={opens && !acknowledged}
      onCancel={finish}
      onSave={async () => {
        const PublicAccessBlockConfiguration = {
          BlockPublicAcls: value.blockNewAcls,
          IgnorePublicAcls: value.ignoreAcls,
          BlockPublicPolicy: value.blockNewPolicies,
          RestrictPublicBuckets: value.restrictPolicies,
        };
        await s3.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration }));
        finish();
      }}
      editor={(showProblems) => (
        <SpaceBetween size="m">
          <BlockBoxes value={value} onChange={(part) => setEdited((before) => ({ ...before, ...part }))} />
          {opens && (
            <FormField errorText={showProblems && !acknowledged ? t("common.required") : undefined}>
              <Checkbox checked={acknowledged} onChange={({ detail }) => setAcknowledged(detail.checked)}>
                {t("s3.publicAccess.acknowledge")}
              </Checkbox>
            </FormField>
          )}
        </SpaceBetween>
      )}
    >
      <span>
        {t("s3.publicAccess.all")}: {all ? t("common.enabled") : t("common.disabled")}
      </span>
    </Card>
  );
}

/** The policy's text; an empty text means none. */
export async function loadPolicy(s3: S3Client, bucket: string, abortSignal: AbortSignal): Promise<string> {
  try {
    return (await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }), { abortSignal })).Policy ?? "";
  } catch (error) {
    if (isCode(error, "NoSuchBucketPolicy")) return "";
    throw error;
  }
}

function Policy({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const flash = useFlash();
  const [deleting, setDeleting] = useState(false);
  const policy = useQuery((signal) => loadPolicy(s3, bucket, signal), [s3, bucket]);
  return (
    <Card
      title={t("s3.policy")}
      query={policy}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button disabled={!policy.data} onClick={() => setDeleting(true)}>
            {t("common.delete")}
          </Button>
          <Button href={`#/s3/buckets/${encodeURIComponent(bucket)}/policy`} ariaLabel={t("s3.editNamed", { name: t("s3.policy") })}>
            {t("common.edit")}
          </Button>
        </SpaceBetween>
      }
    >
      {policy.data ? (
        <SpaceBetween size="s">
          <UnboundServices policy={policy.data} />
          <JsonView value={policy.data} label={t("s3.policy")} />
        </SpaceBetween>
      ) : (
        <Box textAlign="center">{t("s3.policy.none")}</Box>
      )}
      {deleting && (
        <ConfirmDelete
          title={t("s3.policy.delete")}
          onDismiss={() => setDeleting(false)}
          onConfirm={async () => {
            await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
            flash.success(t("common.deleted.flash", { name: t("s3.policy") }));
            setDeleting(false);
            policy.reload();
          }}
        >
          <SpaceBetween size="xs">
            <span>{t("s3.policy.delete.text")}</span>
            <TrailsOfBucket name={bucket} />
            <ForecastStops proposal={{ Bucket: bucket }} />
          </SpaceBetween>
        </ConfirmDelete>
      )}
    </Card>
  );
}

function Ownership({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const [edited, setEdited] = useState<BucketDraft["ownership"]>();
  const stored = useQuery(
    async (abortSignal) => {
      try {
        const answer = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket }), { abortSignal });
        return answer.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "";
      } catch (error) {
        if (isCode(error, "OwnershipControlsNotFoundError")) return "";
        throw error;
      }
    },
    [s3, bucket],
  );
  const texts: Readonly<Record<string, string>> = {
    BucketOwnerEnforced: t("s3.ownership.enforced"),
    BucketOwnerPreferred: t("s3.ownership.preferred"),
    ObjectWriter: t("s3.ownership.writer"),
  };
  // S3 treats a bucket without the setting as one of the object writers.
  const value = edited ?? (stored.data || "ObjectWriter");
  return (
    <Card
      title={t("s3.ownership")}
      query={stored}
      onCancel={() => setEdited(undefined)}
      onSave={async () => {
        const OwnershipControls = { Rules: [{ ObjectOwnership: value }] };
        await s3.send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls }));
        setEdited(undefined);
      }}
      editor={<OwnershipFields value={value} onChange={setEdited} />}
    >
      {texts[stored.data ?? ""] ?? "–"}
    </Card>
  );
}

const ACL_TEXTS: Readonly<Record<string, MessageKey>> = {
  FULL_CONTROL: "s3.acl.FULL_CONTROL",
  READ: "s3.acl.READ",
  READ_ACP: "s3.acl.READ_ACP",
  WRITE: "s3.acl.WRITE",
  WRITE_ACP: "s3.acl.WRITE_ACP",
};

function aclText(permission: string | undefined): string {
  const key = ACL_TEXTS[permission ?? ""];
  return key ? t(key) : (permission ?? "–");
}

function Acl({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const acl = useQuery((abortSignal) => s3.send(new GetBucketAclCommand({ Bucket: bucket }), { abortSignal }), [s3, bucket]);
  return (
    <Card title={t("s3.acl")} query={acl}>
      {(acl.data?.Grants ?? []).map(({ Grantee, Permission }) => {
        const who = Grantee?.ID === acl.data?.Owner?.ID ? t("s3.acl.owner") : (Grantee?.URI ?? Grantee?.ID ?? "–");
        return <div key={`${who} ${Permission}`}>{`${who}: ${aclText(Permission)}`}</div>;
      })}
    </Card>
  );
}
