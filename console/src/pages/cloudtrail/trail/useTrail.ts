// One trail with all that its pages show, read in its home region.
import {
  type EventSelector,
  GetEventSelectorsCommand,
  type GetEventSelectorsCommandOutput,
  GetTrailCommand,
  GetTrailStatusCommand,
  type GetTrailStatusCommandOutput,
  ListTagsCommand,
  type Trail,
} from "@aws-sdk/client-cloudtrail";
import { useParams } from "react-router-dom";
import { type Clients, useClients } from "../../../aws/clients";
import { type Query, useQuery } from "../../../aws/useQuery";
import type { Pair } from "../../../components/tags";
import { homeRegionOf } from "../trails";

export interface TrailDetail {
  arn: string;
  name: string;
  trail: Trail;
  status: GetTrailStatusCommandOutput;
  selectors: GetEventSelectorsCommandOutput;
  basic: readonly EventSelector[];
  tags: Pair[];
}

/** The trail named in the address; its clients are those of its home region. */
export function useTrail(): { arn: string; clients: Clients; query: Query<TrailDetail> } {
  const arn = useParams().arn ?? "";
  const clients = useClients(homeRegionOf(arn) || undefined);
  const { cloudtrail } = clients;
  const query = useQuery<TrailDetail>(
    async (abortSignal) => {
      const options = { abortSignal };
      const [found, status, selectors, tags] = await Promise.all([
        cloudtrail.send(new GetTrailCommand({ Name: arn }), options),
        cloudtrail.send(new GetTrailStatusCommand({ Name: arn }), options),
        cloudtrail.send(new GetEventSelectorsCommand({ TrailName: arn }), options),
        cloudtrail.send(new ListTagsCommand({ ResourceIdList: [arn] }), options),
      ]);
      const trail = found.Trail ?? {};
      return {
        arn,
        name: trail.Name ?? arn,
        trail,
        status,
        selectors,
        basic: selectors.EventSelectors ?? [],
        tags: (tags.ResourceTagList?.[0]?.TagsList ?? []).map(({ Key = "", Value = "" }) => ({ key: Key, value: Value })),
      };
    },
    [cloudtrail, arn],
  );
  return { arn, clients, query };
}
