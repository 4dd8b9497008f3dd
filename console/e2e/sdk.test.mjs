// The SDK for JavaScript, unmodified, without a browser: the four steps, and uploads by presigned
// addresses with the SDK's default checksums.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from "@aws-sdk/client-cloudtrail";
import { CreateAliasCommand, CreateKeyCommand, EncryptCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { eventually } from "./support/eventually.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, startServer } from "./support/server.mjs";
import { STATEMENT, TRAIL_ARN } from "./walk.mjs";
import { VALUES } from "./words.mjs";

const ALIAS = "alias/mori/sdk";
const EXPIRES_S = 60;

let server, kms, client, cloudtrail;

before(async () => {
  server = await startServer();
  // An endpoint by IP address is addressed by paths.
  const settings = { endpoint: server.origin, region: REGION, credentials: ROOT_KEYS };
  [kms, client, cloudtrail] = [new KMSClient(settings), new s3.S3Client(settings), new CloudTrailClient(settings)];
});
after(() => server?.stop());

const statement = (Action, resource, Condition) => ({
  Effect: "Allow",
  Principal: STATEMENT.Principal,
  Action,
  Resource: `arn:aws:s3:::${VALUES.bucket}${resource}`,
  Condition,
});

const policy = (...Statement) => JSON.stringify({ Version: "2012-10-17", Statement });

/** The names of all delivered events, whose files have to be encrypted with SSE-KMS. */
async function delivered() {
  const names = [];
  const Prefix = `AWSLogs/${ACCOUNT}/CloudTrail/`;
  for await (const { Contents = [] } of s3.paginateListObjectsV2({ client }, { Bucket: VALUES.bucket, Prefix })) {
    for (const { Key } of Contents) {
      const file = await client.send(new s3.GetObjectCommand({ Bucket: VALUES.bucket, Key }));
      assert.equal(file.ServerSideEncryption, "aws:kms");
      const { Records } = JSON.parse(gunzipSync(await file.Body.transformToByteArray()));
      names.push(...Records.map(({ eventName }) => eventName));
    }
  }
  return names;
}

/**
 * The address that the SDK's presigner makes: it stops a command before it is signed, when the
 * headers of checksums are set, and moves the headers that it signs into the query.
 */
async function presigned(command) {
  const { sha256 } = client.config;
  const signer = new SignatureV4({ service: "s3", region: REGION, credentials: ROOT_KEYS, sha256, uriEscapePath: false });
  let address;
  command.middlewareStack.addRelativeTo(
    () => async ({ request }) => {
      for (const name of ["amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent"]) delete request.headers[name];
      request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
      const unsignableHeaders = new Set(["content-type"]);
      const { path, query } = await signer.presign(request, { expiresIn: EXPIRES_S, unsignableHeaders });
      address = `${server.origin}${path}?${new URLSearchParams(query).toString().replaceAll("+", "%20")}`;
      return { response: {}, output: { $metadata: {} } };
    },
    { name: "presign", relation: "before", toMiddleware: "httpSigningMiddleware", override: true },
  );
  await client.send(command);
  return address;
}

describe("the SDK for JavaScript", () => {
  it("makes a key, a bucket and a trail, and reads the delivered files", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({ AliasName: ALIAS, TargetKeyId: KeyMetadata.KeyId }));
    const root = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" };
    const ofKey = { KeyId: KeyMetadata.KeyId, PolicyName: "default" };
    await kms.send(new PutKeyPolicyCommand({ ...ofKey, Policy: policy(root, STATEMENT) }));
    const Bucket = VALUES.bucket;
    const CreateBucketConfiguration = { LocationConstraint: REGION };
    await client.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: KeyMetadata.Arn };
    const Rules = [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }];
    await client.send(new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    await assert.rejects(client.send(new s3.GetBucketPolicyCommand({ Bucket })), { name: "NoSuchBucketPolicy" });
    const source = { "AWS:SourceArn": TRAIL_ARN };
    const acl = { "s3:x-amz-acl": "bucket-owner-full-control" };
    const read = statement("s3:GetBucketAcl", "", { StringEquals: source });
    const write = statement("s3:PutObject", `/AWSLogs/${ACCOUNT}/*`, { StringEquals: { ...source, ...acl } });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: policy(read, write) }));
    const trail = { Name: VALUES.trail, S3BucketName: Bucket, KmsKeyId: ALIAS };
    await cloudtrail.send(new CreateTrailCommand({ ...trail, IsMultiRegionTrail: true, EnableLogFileValidation: true }));
    await cloudtrail.send(new StartLoggingCommand({ Name: VALUES.trail }));
    await kms.send(new EncryptCommand({ KeyId: ALIAS, Plaintext: Buffer.from("secret words") }));
    await eventually("the call in a log file", async () => (await delivered()).includes("Encrypt"));
  });

  it("uploads by presigned addresses, whose query has checksums of no body", async () => {
    const Bucket = "mori-sdk-uploads";
    await client.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
    for (const [algorithm, checksum] of [
      [undefined, "x-amz-checksum-crc32=AAAAAA%3D%3D"],
      ["SHA256", "x-amz-checksum-sha256=47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D"],
    ]) {
      const object = { Bucket, Key: `folder/a +日本 ${algorithm}.txt` };
      const address = await presigned(new s3.PutObjectCommand({ ...object, ChecksumAlgorithm: algorithm }));
      assert.ok(address.includes(checksum), address);
      const answer = await fetch(address, { method: "PUT", body: "hello", headers: { "content-type": "text/plain" } });
      assert.equal(answer.status, 200, await answer.text());
      const stored = await fetch(await presigned(new s3.GetObjectCommand(object)));
      assert.deepEqual([await stored.text(), stored.headers.get("content-type")], ["hello", "text/plain"]);
      const moved = await fetch(address.replace("folder", "other"), { method: "PUT", body: "hello" });
      assert.equal(moved.status, 403);
    }
  });
});
