// The trails that deliver into a bucket, as a warning; nothing when there are none.
import { DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import { useClients } from "../../aws/clients";
import { useQuery } from "../../aws/useQuery";
import { t } from "../../i18n";

export function TrailsOfBucket({ name }: { name: string }) {
  const { cloudtrail } = useClients();
  const trails = useQuery(
    async (abortSignal) => {
      const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}), { abortSignal });
      return trailList.filter(({ S3BucketName }) => S3BucketName === name).map(({ Name = "" }) => Name);
    },
    [cloudtrail, name],
  );
  if (!trails.data?.length) return null;
  return <Box fontWeight="bold">{t("s3.trails.warning", { names: trails.data.join(", ") })}</Box>;
}
