// The article's four steps as a person walks them, and the proof of each line on the way.
// `words` are of one language; `shot` is called where a picture is worth keeping.
import assert from "node:assert/strict";
import { becomes, eventually } from "./support/eventually.mjs";
import { containing, label } from "./support/labels.mjs";
import { ACCOUNT, REGION, ROOT_PASSWORD } from "./support/server.mjs";
import { VALUES } from "./words.mjs";

export const TRAIL_ARN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/${VALUES.trail}`;
const LOGS = `AWSLogs/${ACCOUNT}`;

/** The statement of the article, with its placeholders filled in. */
export const STATEMENT = {
  Sid: "Allow CloudTrail to encrypt logs",
  Effect: "Allow",
  Principal: { Service: "cloudtrail.amazonaws.com" },
  Action: "kms:GenerateDataKey*",
  Resource: "*",
  Condition: {
    StringEquals: { "aws:SourceArn": TRAIL_ARN },
    StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${ACCOUNT}:trail/*` },
  },
};

/** First run: the printed link and the password, which signs in at once. */
export async function begin(screen, words, link, shot) {
  const { page } = screen;
  await page.goto(link);
  await screen.isAt(words.firstRun.title);
  await screen.type(words.firstRun.password, ROOT_PASSWORD);
  await screen.type(words.firstRun.again, ROOT_PASSWORD);
  await shot("first-run");
  await screen.press(words.firstRun.submit);
  await screen.isAt(words.home.title);
  assert.ok(!page.url().includes("token="), "the token leaves the address");
  for (const step of words.home.steps) await page.getByRole("link", { name: label(step) }).waitFor();
  await shot("home");
}

/** Fills in the form; without a user it is the root user who signs in. */
export async function signIn(screen, words, { user, password, shot = async () => undefined }) {
  const { signIn: form } = words;
  await screen.choose(form.as, user ? form.iam : form.root);
  await screen.type(form.account, ACCOUNT);
  if (user) await screen.type(form.user, user);
  await screen.page.getByLabel(label(form.password)).first().fill(password);
  await shot("sign-in");
  await screen.press(form.submit);
}

/** 1. KMS CMKの作成. Gives the key's ARN. */
export async function createKey(screen, words, shot, { byTemplate = false } = {}) {
  const { kms } = words;
  const { page } = screen;
  await screen.service(words.services, kms.service);
  await screen.isAt(kms.keys);
  await screen.press(kms.create);
  await screen.heading(kms.steps[0]).waitFor();
  for (const [group, choice] of kms.choices) await becomes(() => screen.radio(group, choice).isChecked(), true, `${group}: ${choice}`);
  await shot("key-configure");
  await screen.press(words.next);
  await screen.type(kms.alias, VALUES.alias);
  await shot("key-alias");
  for (const step of kms.steps.slice(2)) {
    await screen.press(words.next);
    await page.getByRole("heading", { level: 1, name: containing(step) }).first().waitFor();
  }
  await screen.shows(kms.alias, VALUES.alias);
  await shot("key-review");
  await screen.press(kms.finish);
  await screen.succeeds(kms.created);
  await screen.shows(kms.alias, VALUES.alias);
  await screen.shows(...kms.region);
  await screen.tab(kms.cryptography);
  for (const [term, value] of kms.facts) await screen.shows(term, value);
  await shot("key");
  await addStatement(screen, words, shot, byTemplate);
  return (await page.getByText(/^arn:aws:kms:/).first().innerText()).trim();
}

/** 作成したCMKのキーポリシーに以下のステートメント追加します。 */
async function addStatement(screen, words, shot, byTemplate) {
  const { kms } = words;
  const region = screen.page.getByRole("region", { name: label(kms.policy) });
  await screen.tab(kms.policy);
  await screen.press(kms.policyView);
  const policy = JSON.parse(await region.innerText());
  await screen.page.getByRole("tabpanel").getByRole("link", { name: label(words.edit) }).click();
  await screen.settled();
  if (byTemplate) {
    await screen.type(kms.template, VALUES.trail);
    await screen.press(kms.insert);
  } else {
    await screen.paste(JSON.stringify({ ...policy, Statement: [...policy.Statement, STATEMENT] }, null, 2));
  }
  await shot("key-policy");
  await screen.press(words.save);
  await screen.succeeds(kms.saved);
  await becomes(async () => JSON.parse(await region.innerText()), { ...policy, Statement: [...policy.Statement, STATEMENT] });
}

/** 2. S3バケットの作成. */
export async function createBucket(screen, words, shot) {
  const { s3 } = words;
  await screen.service(words.services, s3.service);
  await screen.isAt(s3.buckets);
  await screen.press(s3.create);
  await screen.isAt(s3.create);
  await becomes(() => screen.radio(...s3.type).isChecked(), true, s3.type.join(": "));
  await screen.type(s3.name, VALUES.bucket);
  await shot("bucket-name");
  await screen.heading(words.tags).waitFor();
  await screen.heading(s3.encryption).waitFor();
  await screen.choose(...s3.encryptionType);
  await screen.pick(s3.key, VALUES.alias);
  await becomes(() => screen.radio(...s3.bucketKey).isChecked(), true, s3.bucketKey.join(": "));
  await shot("bucket-encryption", screen.heading(s3.encryption));
  await screen.press(s3.create);
  await screen.isAt(s3.buckets);
  await screen.succeeds(s3.created);
  // バケットポリシーが未設定となっている事を確認します。
  await screen.follow(VALUES.bucket);
  await screen.tab(s3.permissions);
  await screen.succeeds(s3.noPolicy);
  await shot("bucket-no-policy");
}

/** 3. CloudTrail証跡の作成. */
export async function createTrail(screen, words, shot) {
  const { trail } = words;
  await screen.service(words.services, trail.service);
  await screen.isAt(trail.dashboard);
  await screen.press(trail.create);
  await chooseAttributes(screen, words, shot);
  await screen.press(words.next);
  await chooseEvents(screen, words, shot);
  await screen.press(words.next);
  await screen.heading(trail.steps[2]).waitFor();
  await screen.settled();
  for (const [term, value] of trail.review) await screen.shows(term, value);
  await shot("trail-review");
  await screen.press(trail.create);
  await screen.succeeds(trail.created);
  await screen.isAt(trail.trails);
  const row = screen.page.getByRole("row").filter({ hasText: VALUES.trail });
  await row.getByText(label(trail.logging)).first().waitFor();
  await shot("trails");
}

async function chooseAttributes(screen, words, shot) {
  const { trail } = words;
  for (const heading of [trail.steps[0], trail.general]) await screen.heading(heading).waitFor();
  await screen.type(trail.name, VALUES.trail);
  await screen.choose(...trail.storage);
  await screen.pick(trail.bucket, VALUES.bucket);
  await becomes(() => screen.field(trail.prefix).inputValue(), "", trail.prefix);
  await becomes(() => screen.boxOf(trail.encryption).isChecked(), true, trail.encryption);
  await screen.choose(...trail.key);
  await screen.pick(trail.alias, VALUES.alias);
  await shot("trail-attributes");
  await screen.page.getByText(label(trail.additional)).first().waitFor();
  await becomes(() => screen.boxOf(trail.validation).isChecked(), true, trail.validation);
  await becomes(() => screen.boxOf(trail.sns).isChecked(), false, trail.sns);
  await screen.heading(trail.cloudWatch).waitFor();
  await becomes(() => screen.boxOf(trail.cloudWatchBox).isChecked(), false, trail.cloudWatchBox);
  await screen.heading(words.tags).waitFor();
  await shot("trail-settings", screen.page.getByText(label(trail.additional)).first());
}

async function chooseEvents(screen, words, shot) {
  const { trail } = words;
  for (const heading of [trail.steps[1], trail.events, trail.management]) await screen.heading(heading).waitFor();
  await screen.page.getByText(label(trail.eventType)).first().waitFor();
  await screen.page.getByText(label(trail.api)).first().waitFor();
  for (const [box, chosen] of [
    [trail.management, true],
    [trail.read, true],
    [trail.write, true],
    [trail.excludeKms, false],
    [trail.excludeRds, false],
  ]) {
    await becomes(() => screen.boxOf(box).first().isChecked(), chosen, box);
  }
  await shot("trail-events");
}

/** 4. S3バケットの内容確認. Returns the bucket's policy. */
export async function openBucket(screen, words, shot, keyArn) {
  const { s3 } = words;
  await screen.go(`/s3/buckets/${VALUES.bucket}`);
  const folder = await deliveredFolder(screen, shot);
  const file = screen.page.getByRole("link", { name: /\.json\.gz$/ }).first();
  const name = (await file.innerText()).trim();
  assert.match(name, new RegExp(`^${ACCOUNT}_CloudTrail_${REGION}_\\d{8}T\\d{4}Z_\\w{16}\\.json\\.gz$`));
  assert.match(folder, new RegExp(`^${LOGS}/CloudTrail/${REGION}/\\d{4}/\\d{2}/\\d{2}/$`));
  await shot("log-files");
  await file.click();
  await screen.settled();
  // A log file opens on its events.
  await screen.page.getByRole("row").getByText(/\.amazonaws\.com$/).first().waitFor();
  await shot("log-file-events");
  await screen.tab(s3.properties);
  await screen.shows(...s3.encryptionType);
  await screen.shows(s3.keyArn, keyArn);
  await shot("log-file");
  await screen.go(`/s3/buckets/${VALUES.bucket}`);
  await screen.tab(s3.permissions);
  const region = screen.page.getByRole("region", { name: label(s3.policy) });
  await shot("bucket-policy", region);
  return JSON.parse(await region.innerText());
}

/** Opens folder after folder until there are log files; gives the folder's name. */
async function deliveredFolder(screen, shot) {
  const path = ["AWSLogs/", `${ACCOUNT}/`, "CloudTrail/", `${REGION}/`, /^\d{4}\/$/, /^\d{2}\/$/, /^\d{2}\/$/];
  let folder = "";
  for (const part of path) {
    // The newest comes first.
    const link = screen.page.getByRole("row").getByRole("link", { name: part, exact: true }).first();
    await eventually(`the folder ${part}`, async () => {
      if (await link.isVisible()) return true;
      await screen.page.reload();
      await screen.settled();
      return false;
    });
    if (folder === `${LOGS}/`) await shot("bucket-folders");
    folder += (await link.innerText()).trim();
    await link.click();
    await eventually(`inside ${folder}`, () => decodeURIComponent(screen.page.url()).endsWith(`prefix=${folder}`));
    await screen.settled();
  }
  return folder;
}

/** What the article shows at its end: two statements, whose names end in something unique. */
export function assertArticlesPolicy(policy) {
  const uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  const [read, write] = policy.Statement;
  assert.match(read.Sid, new RegExp(`^AWSCloudTrailAclCheck20150319-${uuid}$`));
  assert.match(write.Sid, new RegExp(`^AWSCloudTrailWrite20150319-${uuid}$`));
  const principal = { Service: "cloudtrail.amazonaws.com" };
  const bucket = `arn:aws:s3:::${VALUES.bucket}`;
  assert.deepEqual(policy, {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: read.Sid,
        Effect: "Allow",
        Principal: principal,
        Action: "s3:GetBucketAcl",
        Resource: bucket,
        Condition: { StringEquals: { "AWS:SourceArn": TRAIL_ARN } },
      },
      {
        Sid: write.Sid,
        Effect: "Allow",
        Principal: principal,
        Action: "s3:PutObject",
        Resource: `${bucket}/${LOGS}/*`,
        Condition: { StringEquals: { "AWS:SourceArn": TRAIL_ARN, "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ],
  });
}
