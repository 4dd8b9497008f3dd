// The strip of checks under the attributes of a trail.
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useState } from "react";
import { useClients } from "../../../aws/clients";
import { useSession } from "../../../aws/session";
import { useQuery } from "../../../aws/useQuery";
import { t } from "../../../i18n";
import { type Check, checkBucket, checkKey } from "./checks";
import { type Draft, trailArn } from "./draft";

const TYPES = { pass: "success", warn: "warning", fail: "error" } as const;
/** Long enough that a name is not asked for at every letter. */
const PAUSE_MS = 600;

/** A value once it has not changed for a while. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

interface Props {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  region?: string;
}

export function Preflight({ draft, set, region }: Props) {
  const { s3, kms, region: here } = useClients(region);
  const { account } = useSession();
  const bucket = useSettled(draft.storage === "existing" ? draft.bucket : "");
  const key = useSettled(draft.encrypt && draft.keyKind === "existing" ? draft.key : "");
  const arn = useSettled(trailArn(draft.name || "*", here, account));
  const { data, loading } = useQuery<Check[]>(
    async (signal) => {
      const checks = await Promise.all([
        bucket ? checkBucket(s3, bucket, signal) : undefined,
        key ? checkKey(kms, key, arn, signal) : undefined,
      ]);
      return checks.flat().filter((one) => one !== undefined);
    },
    [s3, kms, bucket, key, arn],
    { enabled: bucket !== "" || key !== "" },
  );
  if (bucket === "" && key === "") return null;
  return (
    <Container header={<Header description={t("trail.check.about")}>{t("trail.check.title")}</Header>}>
      <SpaceBetween size="xs">
        {loading && <StatusIndicator type="loading">{t("common.loading")}</StatusIndicator>}
        {(data ?? []).map(({ id, result, text, href, lacksStatement }) => (
          <div key={id}>
            <StatusIndicator type={lacksStatement && draft.addKeyStatement ? "info" : TYPES[result]}>{text}</StatusIndicator>{" "}
            {href && (
              <Link href={href} external externalIconAriaLabel={t("trail.newTab")}>
                {t("trail.check.fix")}
              </Link>
            )}
            {lacksStatement && (
              <Box padding={{ top: "xxs", left: "l" }}>
                <Checkbox
                  checked={draft.addKeyStatement}
                  description={t("trail.keyStatement.about")}
                  onChange={({ detail }) => set({ addKeyStatement: detail.checked })}
                >
                  {t("trail.keyStatement.add")}
                </Checkbox>
              </Box>
            )}
          </div>
        ))}
      </SpaceBetween>
    </Container>
  );
}
