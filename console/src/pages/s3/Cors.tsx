// Which pages of other origins may use a bucket: JSON, as in AWS's console.
import {
  type CORSRule,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
} from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { isCode } from "../../aws/errors";
import { useQuery } from "../../aws/useQuery";
import { JsonView } from "../../components/JsonView";
import { jsonProblem, PolicyEditor } from "../../components/PolicyEditor";
import { t } from "../../i18n";
import { Card } from "./Card";
import { corsProblem } from "./corsRules";

const EXAMPLE: CORSRule[] = [
  {
    AllowedHeaders: ["*"],
    AllowedMethods: ["GET", "PUT"],
    AllowedOrigins: ["https://www.example.com"],
    ExposeHeaders: ["ETag"],
    MaxAgeSeconds: 3000,
  },
];

const pretty = (rules: readonly CORSRule[]) => JSON.stringify(rules, null, 2);

export function Cors({ bucket }: { bucket: string }) {
  const { s3 } = useClients();
  const [text, setText] = useState<string>();
  const stored = useQuery<readonly CORSRule[]>(
    async (abortSignal) => {
      try {
        return (await s3.send(new GetBucketCorsCommand({ Bucket: bucket }), { abortSignal })).CORSRules ?? [];
      } catch (error) {
        if (isCode(error, "NoSuchCORSConfiguration")) return [];
        throw error;
      }
    },
    [s3, bucket],
  );
  const rules = stored.data ?? [];
  const value = text ?? pretty(rules.length > 0 ? rules : EXAMPLE);
  // An empty text takes the rules away.
  const problem = value.trim() === "" ? undefined : (jsonProblem(value) ?? corsProblem(value));
  return (
    <Card
      title={t("s3.cors")}
      query={stored}
      blocked={problem !== undefined}
      onCancel={() => setText(undefined)}
      onSave={async () => {
        const wanted = value.trim() === "" ? [] : (JSON.parse(value) as CORSRule[]);
        if (wanted.length === 0) await s3.send(new DeleteBucketCorsCommand({ Bucket: bucket }));
        else await s3.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: wanted } }));
        setText(undefined);
      }}
      editor={
        <FormField stretch description={t("s3.cors.about")} constraintText={t("s3.cors.empty")} errorText={problem}>
          <PolicyEditor value={value} onChange={setText} label={t("s3.cors")} heightPx={300} />
        </FormField>
      }
    >
      {rules.length === 0 ? (
        <Box textAlign="center">{t("s3.cors.none")}</Box>
      ) : (
        <SpaceBetween size="s">
          <JsonView value={rules} label={t("s3.cors")} />
        </SpaceBetween>
      )}
    </Card>
  );
}
