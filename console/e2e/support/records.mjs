// What the server recorded, asked as any client asks: by the SDK, with the root user's keys.
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { REGION, ROOT_KEYS } from "./server.mjs";

/** The records of this name in event history, newest first. */
export async function recordsNamed(server, name, region = REGION) {
  const client = new CloudTrailClient({ endpoint: server.origin, region, credentials: ROOT_KEYS });
  const LookupAttributes = [{ AttributeKey: "EventName", AttributeValue: name }];
  const { Events = [] } = await client.send(new LookupEventsCommand({ LookupAttributes }));
  client.destroy();
  return Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent));
}
