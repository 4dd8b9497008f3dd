// One of everything that a page can show, and the addresses of all pages.
import { CloudTrailClient, CreateTrailCommand, LookupEventsCommand, StartLoggingCommand } from "@aws-sdk/client-cloudtrail";
import * as iam from "@aws-sdk/client-iam";
import { CreateAliasCommand, CreateGrantCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, ListObjectsV2Command, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { eventually } from "./eventually.mjs";
import { ACCOUNT, REGION, ROOT_KEYS } from "./server.mjs";

const BUCKET = "forest-logs";
const TRAIL = "forest-trail";
const SERVICE = { Service: "cloudtrail.amazonaws.com" };

/** Makes a key, a bucket with a trail's log files, a user, a group, a role and a policy. */
export async function furnish(server) {
  const settings = { endpoint: server.origin, region: REGION, credentials: ROOT_KEYS, forcePathStyle: true };
  const kms = new KMSClient(settings);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "The key of the forest" }));
  await kms.send(new CreateAliasCommand({ AliasName: "alias/forest", TargetKeyId: KeyMetadata.KeyId }));
  const GranteePrincipal = `arn:aws:iam::${ACCOUNT}:root`;
  const grant = { KeyId: KeyMetadata.KeyId, Name: "forest-grant", GranteePrincipal, Operations: ["Decrypt", "DescribeKey"] };
  await kms.send(new CreateGrantCommand({ ...grant, Constraints: { EncryptionContextSubset: { forest: "north" } } }));
  const s3 = new S3Client(settings);
  const trail = await furnishTrail(settings, s3);
  const policy = await furnishIam(settings);
  const event = await eventually("an event in history", async () => {
    const { Events } = await new CloudTrailClient(settings).send(new LookupEventsCommand({}));
    return Events?.[0]?.EventId;
  });
  const object = await eventually("a log file", async () => {
    const Prefix = `AWSLogs/${ACCOUNT}/CloudTrail/`;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
    return Contents.find(({ Key }) => Key.endsWith(".json.gz"))?.Key;
  });
  return { key: KeyMetadata.KeyId, trail, policy, event, object, bucket: BUCKET };
}

async function furnishTrail(settings, s3) {
  const LocationConstraint = REGION;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint } }));
  const resource = `arn:aws:s3:::${BUCKET}`;
  const Statement = [
    { Effect: "Allow", Principal: SERVICE, Action: "s3:GetBucketAcl", Resource: resource },
    { Effect: "Allow", Principal: SERVICE, Action: "s3:PutObject", Resource: `${resource}/*` },
  ];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
  const cloudtrail = new CloudTrailClient(settings);
  const { TrailARN } = await cloudtrail.send(
    new CreateTrailCommand({ Name: TRAIL, S3BucketName: BUCKET, EnableLogFileValidation: true, IsMultiRegionTrail: true }),
  );
  await cloudtrail.send(new StartLoggingCommand({ Name: TRAIL }));
  return TrailARN;
}

async function furnishIam(settings) {
  const client = new iam.IAMClient(settings);
  const document = (statement) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const AssumeRolePolicyDocument = document({ Effect: "Allow", Principal: SERVICE, Action: "sts:AssumeRole" });
  await client.send(new iam.CreateUserCommand({ UserName: "kuma" }));
  await client.send(new iam.CreateGroupCommand({ GroupName: "bears" }));
  await client.send(new iam.AddUserToGroupCommand({ UserName: "kuma", GroupName: "bears" }));
  await client.send(new iam.CreateAccessKeyCommand({ UserName: "kuma" }));
  await client.send(new iam.CreateRoleCommand({ RoleName: "keeper", AssumeRolePolicyDocument }));
  const PolicyDocument = document({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" });
  const { Policy } = await client.send(new iam.CreatePolicyCommand({ PolicyName: "honey", PolicyDocument }));
  await client.send(new iam.AttachUserPolicyCommand({ UserName: "kuma", PolicyArn: Policy.Arn }));
  return Policy.Arn;
}

/** Every address, and each tab where a page has some. */
export function ROUTES({ key, trail, policy, event, object, bucket }) {
  const tabs = (path, names) => names.map((name) => `${path}?tab=${name}`);
  const part = encodeURIComponent;
  return [
    "/",
    "/cloudtrail",
    "/cloudtrail/events",
    `/cloudtrail/events/${event}`,
    "/cloudtrail/insights",
    "/cloudtrail/lake/dashboards",
    "/cloudtrail/lake/query",
    "/cloudtrail/lake/eds",
    "/cloudtrail/trails",
    "/cloudtrail/trails/create",
    `/cloudtrail/trails/${part(trail)}`,
    `/cloudtrail/trails/${part(trail)}/edit/general`,
    `/cloudtrail/trails/${part(trail)}/edit/events`,
    `/cloudtrail/trails/${part(trail)}/edit/tags`,
    "/cloudtrail/settings",
    "/cloudtrail/delivery",
    "/kms/keys",
    "/kms/aws-keys",
    "/kms/keys/create",
    "/kms/key-stores",
    ...tabs(`/kms/keys/${key}`, ["policy", "cryptography", "tags", "rotation", "aliases", "grants"]),
    `/kms/keys/${key}/policy`,
    "/s3/buckets",
    "/s3/buckets/create",
    ...tabs(`/s3/buckets/${bucket}`, ["objects", "properties", "permissions", "management"]),
    `/s3/buckets/${bucket}/policy`,
    `/s3/object/${bucket}/${object}`,
    `/s3/upload/${bucket}/`,
    "/iam",
    "/iam/users",
    "/iam/users/create",
    "/iam/users/kuma",
    "/iam/users/kuma?tab=credentials",
    "/iam/users/kuma/access-key/create",
    "/iam/groups",
    "/iam/groups/bears",
    "/iam/roles",
    "/iam/roles/create",
    "/iam/roles/keeper",
    "/iam/policies",
    "/iam/policies/create",
    `/iam/policies/${part(policy)}`,
    "/iam/security-credentials",
    "/iam/security-credentials/access-key/create",
    "/no/such/page",
  ];
}
