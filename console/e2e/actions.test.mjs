// What a person changes on the pages of things that exist: each click is judged by what the server
// has afterwards, and by the record that it left.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { CloudTrailClient, GetTrailCommand, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import * as iam from "@aws-sdk/client-iam";
import { DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient, ListAliasesCommand, ListGrantsCommand } from "@aws-sdk/client-kms";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes, eventually } from "./support/eventually.mjs";
import { furnish } from "./support/furnish.mjs";
import { containing, label } from "./support/labels.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { texts } from "./support/texts.mjs";
import { code } from "./support/totp.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";

const t = texts("ja");
let server, browser, screen, page, made, clients;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  made = await furnish(server);
  screen = new Screen(await newPage(browser, { origin: server.origin }));
  page = screen.page;
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
  await screen.go("/");
  const settings = { endpoint: server.origin, region: REGION, credentials: ROOT_KEYS };
  clients = { trail: new CloudTrailClient(settings), kms: new KMSClient(settings), iam: new iam.IAMClient(settings), s3: new S3Client({ ...settings, forcePathStyle: true }) };
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The click is recorded as one of the console's, from this browser. */
async function assertRecorded(name, region = REGION) {
  const [record] = await recordsNamed(server, name, region);
  assert.ok(record, `${name} is recorded`);
  assert.equal(record.sessionCredentialFromConsole, "true", name);
  assert.equal(record.sourceIPAddress, "127.0.0.1", name);
  assert.equal(record.userAgent, await page.evaluate(() => navigator.userAgent), name);
  assert.equal(record.eventType, "AwsApiCall", name);
}

const dialogButton = (text) => page.getByRole("dialog").getByRole("button", { name: label(text), exact: true });
const typeWord = () => page.getByRole("dialog").getByRole("textbox").fill(t("common.delete.word"));

async function confirm(text) {
  await dialogButton(text).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await screen.settled();
}

describe("a trail", () => {
  it("is edited", async () => {
    await screen.visit(`/cloudtrail/trails/${encodeURIComponent(made.trail)}/edit/general`);
    await screen.boxOf(t("trail.validation")).click();
    await screen.press(t("common.save"));
    await screen.isAt("forest-trail");
    const { Trail } = await clients.trail.send(new GetTrailCommand({ Name: made.trail }));
    assert.equal(Trail.LogFileValidationEnabled, false);
    await assertRecorded("UpdateTrail");
  });

  it("stops and starts logging", async () => {
    const isLogging = async () => (await clients.trail.send(new GetTrailStatusCommand({ Name: made.trail }))).IsLogging;
    await screen.visit(`/cloudtrail/trails/${encodeURIComponent(made.trail)}`);
    await screen.press(t("trail.stop"));
    await confirm(t("trail.stop"));
    await screen.succeeds(t("trail.stopped", { name: "forest-trail" }));
    assert.equal(await isLogging(), false);
    await screen.press(t("trail.start"));
    await screen.succeeds(t("trail.started", { name: "forest-trail" }));
    assert.equal(await isLogging(), true);
    await assertRecorded("StopLogging");
    await assertRecorded("StartLogging");
  });
});

describe("a key", () => {
  const aliases = async () => (await clients.kms.send(new ListAliasesCommand({ KeyId: made.key }))).Aliases.map(({ AliasName }) => AliasName);
  const state = async () => (await clients.kms.send(new DescribeKeyCommand({ KeyId: made.key }))).KeyMetadata;

  it("rotates each so many days, and now", async () => {
    await screen.visit(`/kms/keys/${made.key}?tab=rotation`);
    await page.getByLabel(label(t("kms.rotation.automatic"))).click();
    await screen.type(t("kms.rotation.period"), "180");
    await screen.press(t("common.save"));
    await screen.succeeds(t("common.edited.flash", { name: t("kms.rotation") }));
    await screen.press(t("kms.rotation.now"));
    await page.getByText(label(t("kms.rotation.type.onDemand"))).first().waitFor();
    const status = await clients.kms.send(new GetKeyRotationStatusCommand({ KeyId: made.key }));
    assert.deepEqual([status.KeyRotationEnabled, status.RotationPeriodInDays], [true, 180]);
    for (const name of ["EnableKeyRotation", "RotateKeyOnDemand"]) await assertRecorded(name);
  });

  it("gets another alias and loses it", async () => {
    await screen.visit(`/kms/keys/${made.key}?tab=aliases`);
    await screen.type(t("kms.alias.new"), "mori/second");
    await screen.press(t("kms.alias.create"));
    await page.getByRole("cell", { name: "mori/second" }).or(page.getByRole("rowheader", { name: "mori/second" })).first().waitFor();
    assert.deepEqual((await aliases()).sort(), ["alias/forest", "alias/mori/second"]);
    await screen.press(t("kms.alias.delete", { name: "mori/second" }));
    await typeWord();
    await confirm(t("common.delete"));
    assert.deepEqual(await aliases(), ["alias/forest"]);
    for (const name of ["CreateAlias", "DeleteAlias"]) await assertRecorded(name);
  });

  it("shows its grants, and a grant is revoked after a word", async () => {
    await screen.visit(`/kms/keys/${made.key}?tab=grants`);
    const row = page.getByRole("row").filter({ hasText: "forest-grant" });
    for (const text of ["Decrypt, DescribeKey", '{"forest":"north"}', `arn:aws:iam::${ACCOUNT}:root`]) {
      await row.getByText(text).first().waitFor();
    }
    await row.getByRole("radio").click();
    await screen.press(t("kms.grant.revoke"));
    await dialogButton(t("kms.grant.revoke")).click();
    await page.getByText(label(t("common.delete.differs", { word: t("kms.grant.revoke.word") }))).first().waitFor();
    await page.getByRole("dialog").getByRole("textbox").fill(t("kms.grant.revoke.word"));
    await confirm(t("kms.grant.revoke"));
    await screen.succeeds(t("kms.grant.revoked", { name: "forest-grant" }));
    assert.deepEqual((await clients.kms.send(new ListGrantsCommand({ KeyId: made.key }))).Grants, []);
    await page.getByText(label(t("kms.grants.empty"))).first().waitFor();
    await assertRecorded("RevokeGrant");
  });

  it("is scheduled for deletion only after a word of consent, and saved from it", async () => {
    const choose = async (action) => {
      await page.getByRole("button", { name: label(t("kms.actions")) }).click();
      await page.getByRole("menuitem", { name: label(t(action)) }).click();
      await screen.settled();
    };
    await screen.visit(`/kms/keys/${made.key}`);
    await choose("kms.action.schedule");
    await page.getByRole("dialog").getByRole("spinbutton").fill("7");
    await dialogButton(t("kms.schedule.button")).click();
    await page.getByText(label(t("common.required"))).first().waitFor();
    assert.equal((await state()).KeyState, "Enabled");
    await page.getByRole("dialog").getByRole("checkbox").click();
    await confirm(t("kms.schedule.button"));
    assert.equal((await state()).KeyState, "PendingDeletion");
    await choose("kms.action.cancelDeletion");
    await screen.shows(t("kms.key.state"), t("kms.state.disabled"));
    assert.equal((await state()).KeyState, "Disabled");
    await choose("kms.action.enable");
    await screen.shows(t("kms.key.state"), t("common.enabled"));
    for (const name of ["ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey"]) await assertRecorded(name);
  });
});

describe("objects", () => {
  const file = { name: "蜂蜜 list.txt", mimeType: "text/plain", buffer: Buffer.from("acacia\nlinden\n") };

  it("are uploaded and downloaded, byte for byte", async () => {
    await screen.visit(`/s3/upload/${made.bucket}/notes/`);
    await page.locator('input[type="file"]').setInputFiles(file);
    await screen.press(t("s3.upload"));
    await screen.succeeds(t("s3.upload.done"));
    await screen.visit(`/s3/buckets/${made.bucket}?prefix=notes/`);
    await screen.follow(file.name);
    const [download] = await Promise.all([page.waitForEvent("download"), screen.press(t("s3.download"))]);
    assert.deepEqual(readFileSync(await download.path()), file.buffer);
  });

  it("are stored in the class that was chosen, and show it", async () => {
    await screen.visit(`/s3/upload/${made.bucket}/notes/`);
    await page.getByRole("button", { name: containing(t("s3.properties")) }).click();
    await screen.choose(t("s3.object.storageClass"), t("s3.class.GLACIER"));
    await page.getByText(label(t("s3.class.archive"))).first().waitFor();
    await screen.choose(t("s3.object.storageClass"), t("s3.class.STANDARD_IA"));
    await page.locator('input[type="file"]').setInputFiles({ ...file, name: "rare.txt" });
    await screen.press(t("s3.upload"));
    await screen.succeeds(t("s3.upload.done"));
    const { StorageClass } = await clients.s3.send(new HeadObjectCommand({ Bucket: made.bucket, Key: "notes/rare.txt" }));
    assert.equal(StorageClass, "STANDARD_IA");
    await screen.visit(`/s3/buckets/${made.bucket}?prefix=notes/`);
    await page.getByRole("row").filter({ hasText: "rare.txt" }).getByText(t("s3.class.STANDARD_IA")).first().waitFor();
    await screen.follow("rare.txt");
    await screen.shows(t("s3.object.storageClass"), t("s3.class.STANDARD_IA"));
  });

  it("that are log files show the records in them", async () => {
    await screen.visit(`/s3/object/${made.bucket}/${made.object}`);
    await screen.tab(t("s3.events"));
    const rows = page.getByRole("tabpanel").getByRole("radio");
    await rows.first().click();
    const shown = page.getByRole("region", { name: label(t("s3.events.record")) });
    assert.equal(JSON.parse(await shown.innerText()).recipientAccountId, ACCOUNT);
    const [download] = await Promise.all([page.waitForEvent("download"), screen.press(t("s3.download"))]);
    assert.ok(JSON.parse(gunzipSync(readFileSync(await download.path()))).Records.length > 0);
  });
});

describe("identities", () => {
  it("a policy, a group, a role and a user are made", async () => {
    await screen.visit("/iam/policies/create");
    await screen.type(t("iam.policy.name"), "berries");
    await screen.press(t("iam.policy.create"));
    await screen.succeeds(t("common.created.flash", { name: "berries" }));
    await screen.visit("/iam/groups");
    await screen.type(t("iam.group.name"), "foxes");
    await screen.press(t("iam.group.create"));
    await screen.succeeds(t("common.created.flash", { name: "foxes" }));
    await screen.visit("/iam/users/create");
    await screen.type(t("iam.user.name"), "kitsune");
    await screen.box(t("iam.user.console")).click();
    await screen.type(t("iam.password"), "Abura-age-2026");
    await screen.press("次へ");
    await screen.press("次へ");
    await screen.press(t("iam.user.create"));
    await screen.succeeds(t("common.created.flash", { name: "kitsune" }));
    const { LoginProfile } = await clients.iam.send(new iam.GetLoginProfileCommand({ UserName: "kitsune" }));
    assert.equal(LoginProfile.PasswordResetRequired, true);
    for (const name of ["CreatePolicy", "CreateGroup", "CreateUser", "CreateLoginProfile"]) {
      await assertRecorded(name, "us-east-1");
    }
  });

  it("roles are made for a service, for another account, and by a policy of one's own", async () => {
    const OTHER = "210987654321";
    const trusted = async (RoleName) => {
      const { Role } = await clients.iam.send(new iam.GetRoleCommand({ RoleName }));
      const [{ Principal, Condition }] = JSON.parse(decodeURIComponent(Role.AssumeRolePolicyDocument)).Statement;
      return { Principal, Condition, Description: Role.Description, Tags: Role.Tags };
    };
    const finish = async (name, fill = async () => undefined) => {
      await screen.press("次へ");
      await screen.press("次へ");
      await screen.type(t("iam.role.name"), name);
      await fill();
      await screen.press(t("iam.role.create"));
      await screen.succeeds(t("common.created.flash", { name }));
    };
    await screen.visit("/iam/roles/create");
    await screen.press("次へ");
    await page.getByText(label(t("iam.trust.service.rule"))).first().waitFor();
    await screen.pick(t("iam.trust.service.name"), "cloudtrail.amazonaws.com");
    await finish("ranger", () => screen.type(t("iam.role.description"), "Keeps the forest"));
    assert.deepEqual(await trusted("ranger"), {
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Condition: undefined,
      Description: "Keeps the forest",
      Tags: undefined,
    });
    await screen.visit("/iam/roles/create");
    await screen.choose(t("iam.trust.entity"), t("iam.trust.account"));
    await screen.choose(t("iam.trust.account"), t("iam.trust.account.other"));
    await screen.box(t("iam.trust.externalId.require")).click();
    await screen.press("次へ");
    for (const rule of ["account", "externalId"]) await page.getByText(label(t(`iam.trust.${rule}.rule`))).first().waitFor();
    await screen.type(t("iam.accountId"), OTHER);
    await screen.type(t("iam.trust.externalId"), "den-1");
    await finish("guest");
    const { Principal, Condition } = await trusted("guest");
    assert.deepEqual([Principal, Condition], [{ AWS: `arn:aws:iam::${OTHER}:root` }, { StringEquals: { "sts:ExternalId": "den-1" } }]);
    await screen.visit("/iam/roles/create");
    await screen.choose(t("iam.trust.entity"), t("iam.trust.custom"));
    const Statement = [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }];
    await screen.paste(JSON.stringify({ Version: "2012-10-17", Statement }));
    await finish("public");
    assert.deepEqual((await trusted("public")).Principal, "*");
    await assertRecorded("CreateRole", "us-east-1");
  });

  it("access keys are made with a description, shown once, switched off and deleted", async () => {
    await screen.visit("/iam/users/kitsune");
    await screen.tab(t("iam.credentials"));
    await screen.press(t("iam.accessKey.create"));
    await screen.isAt(t("iam.accessKey.alternatives"));
    await screen.press("次へ");
    await becomes(() => page.getByText(label(t("common.required"))).count(), 2, "a use case and consent are asked for");
    await screen.choose(t("iam.accessKey.useCase"), t("iam.accessKey.use.cli"));
    await page.getByText(containing(t("iam.accessKey.use.cli.instead"))).first().waitFor();
    await screen.box(t("iam.accessKey.sure")).click();
    await screen.press("次へ");
    await screen.type(t("iam.accessKey.description"), "巣穴の CLI");
    await screen.press(t("iam.accessKey.create"));
    await screen.isAt(t("iam.accessKey.retrieve"));
    await screen.press(t("common.done"));
    await page.getByRole("dialog").getByText(containing(t("iam.accessKey.leave.text"))).first().waitFor();
    await confirm(t("common.cancel"));
    const [download] = await Promise.all([page.waitForEvent("download"), screen.press(t("iam.accessKey.csv"))]);
    assert.equal(download.suggestedFilename(), "kitsune_accessKeys.csv");
    const [, line] = readFileSync(await download.path(), "utf8").split("\n");
    const [accessKeyId, secretAccessKey] = line.split(",");
    const own = new iam.IAMClient({ endpoint: server.origin, region: REGION, credentials: { accessKeyId, secretAccessKey } });
    await assert.rejects(own.send(new iam.GetUserCommand({})), { name: "AccessDenied" }, "the key is known, and may nothing");
    const shown = async () => (await page.getByRole("main").innerText()).includes(secretAccessKey);
    assert.equal(await shown(), false, "the secret is hidden at first");
    await screen.press(t("iam.accessKey.secret.show"));
    await becomes(shown, true);
    await screen.press(t("common.done"));
    await screen.isAt("kitsune");
    const list = async () => (await clients.iam.send(new iam.ListAccessKeysCommand({ UserName: "kitsune" }))).AccessKeyMetadata;
    const [{ AccessKeyId }] = await list();
    assert.equal(AccessKeyId, accessKeyId);
    await page.getByRole("row").filter({ hasText: AccessKeyId }).getByText("巣穴の CLI").first().waitFor();
    await screen.press(t("iam.accessKey.switch", { id: AccessKeyId }));
    await screen.succeeds(t("iam.accessKey.inactive"));
    assert.equal((await list())[0].Status, "Inactive");
    await screen.press(t("iam.delete", { name: AccessKeyId }));
    await typeWord();
    await confirm(t("common.delete"));
    assert.deepEqual(await list(), []);
    for (const name of ["CreateAccessKey", "TagUser", "UpdateAccessKey", "DeleteAccessKey"]) await assertRecorded(name, "us-east-1");
  });

  it("an MFA device is assigned, asked for at sign-in, and removed", async () => {
    await screen.press(t("iam.mfa.assign"));
    const field = page.locator("div").filter({ hasText: label(t("iam.mfa.secret")) });
    await field.first().waitFor();
    const secret = await eventually("the secret", async () => /\b[A-Z2-7]{32,}\b/.exec(await page.getByRole("tabpanel").innerText())?.[0]);
    const now = Date.now();
    await screen.type(t("iam.mfa.code1"), code(secret, now - 30_000));
    await screen.type(t("iam.mfa.code2"), code(secret, now));
    await screen.press(t("iam.mfa.enable"));
    await page.getByText(`arn:aws:iam::${ACCOUNT}:mfa/kitsune`).first().waitFor();
    const data = { account: ACCOUNT, root: false, user: "kitsune", password: "Abura-age-2026" };
    const answer = await fetch(`${server.origin}/_console/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(data),
    });
    assert.equal((await answer.json()).code, "MfaRequired");
    await screen.press(t("common.remove"));
    await typeWord();
    await confirm(t("common.remove"));
    const { MFADevices } = await clients.iam.send(new iam.ListMFADevicesCommand({ UserName: "kitsune" }));
    assert.deepEqual(MFADevices, []);
    for (const name of ["EnableMFADevice", "DeactivateMFADevice"]) await assertRecorded(name, "us-east-1");
  });

  it("a password is replaced, and console access is taken away", async () => {
    await screen.type(t("iam.password.new"), "Inari-zushi-2026");
    await page.getByRole("tabpanel").getByRole("button", { name: label(t("common.save")) }).click();
    await screen.succeeds(t("common.edited.flash", { name: t("iam.password") }));
    await screen.press(t("iam.password.remove"));
    await typeWord();
    await confirm(t("iam.password.remove"));
    await page.getByText(containing(t("iam.password.none"))).first().waitFor();
    for (const name of ["UpdateLoginProfile", "DeleteLoginProfile"]) await assertRecorded(name, "us-east-1");
  });

  it("no script complained on the way", () => assert.deepEqual(screen.complaints, []));
});
