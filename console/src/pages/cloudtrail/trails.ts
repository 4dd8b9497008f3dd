// Trails with their status, as several pages need them.
import {
  type CloudTrailClient,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  type GetTrailStatusCommandOutput,
  type Trail,
} from "@aws-sdk/client-cloudtrail";
import { useClients } from "../../aws/clients";
import { type Query, useQuery } from "../../aws/useQuery";

export interface TrailRow {
  arn: string;
  name: string;
  homeRegion: string;
  trail: Trail;
  /** Absent when the caller may not ask for it. */
  status?: GetTrailStatusCommandOutput;
}

async function row(cloudtrail: CloudTrailClient, trail: Trail, abortSignal: AbortSignal): Promise<TrailRow> {
  const { TrailARN: arn = "", Name: name = "", HomeRegion: homeRegion = "" } = trail;
  let status: GetTrailStatusCommandOutput | undefined;
  try {
    status = await cloudtrail.send(new GetTrailStatusCommand({ Name: arn }), { abortSignal });
  } catch (error) {
    if (abortSignal.aborted) throw error;
  }
  return { arn, name, homeRegion, trail, status };
}

/** All trails seen from the region of the top bar, by name. */
export function useTrailRows(): Query<readonly TrailRow[]> {
  const { cloudtrail } = useClients();
  return useQuery<readonly TrailRow[]>(
    async (abortSignal) => {
      const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}), { abortSignal });
      const rows = await Promise.all(trailList.map((trail) => row(cloudtrail, trail, abortSignal)));
      return rows.sort((a, b) => a.name.localeCompare(b.name));
    },
    [cloudtrail],
  );
}

/** The region part of a trail's ARN. */
export function homeRegionOf(arn: string): string {
  return arn.split(":")[3] ?? "";
}

export function trailHref(arn: string, rest = ""): string {
  return `#/cloudtrail/trails/${encodeURIComponent(arn)}${rest}`;
}

/** Where a trail's log files are, for people: `bucket/prefix/AWSLogs/account`. */
export function logLocation(trail: Trail, account: string): string {
  return [trail.S3BucketName, trail.S3KeyPrefix, "AWSLogs", account].filter(Boolean).join("/");
}
