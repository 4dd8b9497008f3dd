// A key's policy, to read; the editor is a page of its own.
import { GetKeyPolicyCommand } from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useQuery } from "../../aws/useQuery";
import { PartError } from "../../components/Denied";
import { JsonView } from "../../components/JsonView";
import { UnboundServices } from "../../components/UnboundServices";
import { t } from "../../i18n";
import { choiceOf } from "./consoleShape";
import { DefaultPolicy } from "./DefaultPolicy";
import type { KeyRow } from "./model";

export function Policy({ row, editable }: { row: KeyRow; editable: boolean }) {
  const { kms } = useClients();
  const policy = useQuery(
    async (abortSignal) => {
      const answer = await kms.send(new GetKeyPolicyCommand({ KeyId: row.KeyId, PolicyName: "default" }), { abortSignal });
      return answer.Policy ?? "";
    },
    [kms, row.KeyId],
  );
  const { account } = useSession();
  const [asJson, setAsJson] = useState(false);
  const choice = policy.data === undefined ? undefined : choiceOf(policy.data, account);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              {choice && <Button onClick={() => setAsJson(!asJson)}>{t(asJson ? "kms.policy.defaultView" : "kms.policy.policyView")}</Button>}
              {editable && <Button href={`#/kms/keys/${encodeURIComponent(row.KeyId)}/policy`}>{t("common.edit")}</Button>}
            </SpaceBetween>
          }
        >
          {t("kms.policy")}
        </Header>
      }
    >
      <PartError error={policy.error} onRetry={policy.reload} />
      {choice && !asJson && <DefaultPolicy keyId={row.KeyId} choice={choice} editable={editable} onChange={policy.reload} />}
      {policy.data !== undefined && (!choice || asJson) && (
        <SpaceBetween size="s">
          <UnboundServices policy={policy.data} />
          <JsonView value={policy.data} label={t("kms.policy")} />
        </SpaceBetween>
      )}
    </Container>
  );
}
