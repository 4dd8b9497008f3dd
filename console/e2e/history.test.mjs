// Event history as a person searches it, reads it and takes it along.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readFileSync } from "node:fs";
import { CreateAliasCommand, CreateKeyCommand, KMSClient, ListKeysCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { becomes, eventually } from "./support/eventually.mjs";
import { label } from "./support/labels.mjs";
import { pictures } from "./support/pictures.mjs";
import { recordsNamed } from "./support/records.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, REGION, ROOT_KEYS, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

const t = texts("ja");

let server, browser, screen, page;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  const kms = new KMSClient({ endpoint: server.origin, region: REGION, credentials: ROOT_KEYS });
  for (const Description of ["one", "two"]) {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description }));
    await kms.send(new CreateAliasCommand({ AliasName: `alias/${Description}`, TargetKeyId: KeyMetadata.KeyId }));
  }
  await kms.send(new ListKeysCommand({}));
  const refused = kms.send(new ScheduleKeyDeletionCommand({ KeyId: "00000000-0000-4000-8000-000000000000" }));
  await assert.rejects(refused, /NotFound|does not exist/);
  await new KMSClient({ endpoint: server.origin, region: "eu-west-1", credentials: ROOT_KEYS }).send(new CreateKeyCommand({}));
  await eventually("both keys in history", async () => (await recordsNamed(server, "CreateKey")).length === 2);
  screen = new Screen(await newPage(browser, { origin: server.origin }));
  page = screen.page;
  await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
  await screen.go("/cloudtrail/events");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const rows = (name) => page.getByRole("link", { name, exact: true });

/** The value to look up; a box with a cross that empties it. */
const value = () => page.getByRole("searchbox", { name: label(t("history.value")) });

async function choose(field, option) {
  await page.getByRole("button", { name: new RegExp(label(t(field)).source.slice(0, -1)) }).first().click();
  await page.getByRole("option", { name: label(t(option)) }).first().click();
  await screen.settled();
}

async function download(kind) {
  await page.getByRole("button", { name: label(t("history.download")) }).click();
  const item = page.getByRole("menuitem", { name: new RegExp(label(t(kind)).source.slice(0, -1)) });
  const [file] = await Promise.all([page.waitForEvent("download"), item.click()]);
  return readFileSync(await file.path(), "utf8");
}

describe("event history", () => {
  it("is sorted by a column, and the other way round", async () => {
    const header = page.getByRole("columnheader", { name: label(t("event.name")) }).first();
    const names = () => page.locator("tbody").getByRole("link", { name: /^[A-Z]\w+$/ }).allInnerTexts();
    await rows("CreateKey").first().waitFor();
    const sorted = [...(await names())].sort((a, b) => a.localeCompare(b));
    assert.ok(new Set(sorted).size > 1, sorted.join());
    for (const [order, expected] of [["ascending", sorted], ["descending", sorted.toReversed()]]) {
      await header.getByRole("button").press("Enter");
      await screen.settled();
      await becomes(() => header.getAttribute("aria-sort"), order);
      await becomes(names, expected);
    }
  });

  it("shows what changed something first, and what was read when asked", async () => {
    await rows("CreateKey").first().waitFor();
    await becomes(() => rows("ListKeys").count(), 0);
    await choose("history.attribute", "event.name");
    await value().fill("ListKeys");
    await screen.press(t("shell.search"));
    await rows("ListKeys").first().waitFor();
    await becomes(() => rows("CreateKey").count(), 0);
    await page.reload();
    await rows("ListKeys").first().waitFor();
  });

  it("is saved as JSON with whole records, and as CSV with a line for each", async () => {
    await value().fill("CreateKey");
    await screen.press(t("shell.search"));
    await rows("CreateKey").first().waitFor();
    const { Records } = JSON.parse(await download("history.download.json"));
    assert.deepEqual(Records, await recordsNamed(server, "CreateKey"));
    const [head, ...lines] = (await download("history.download.csv")).trim().split("\r\n");
    assert.match(head, /^Event ID,Event time,Event name,Event source/);
    assert.deepEqual(
      lines.map((line) => line.split(",")[0]),
      Records.map(({ eventID }) => eventID),
    );
  });

  it("lays two events side by side and marks what differs", async () => {
    const boxes = page.getByRole("row").filter({ hasText: "CreateKey" }).getByRole("checkbox");
    await boxes.nth(0).click();
    await boxes.nth(1).click();
    await screen.press(t("history.compare"));
    const dialog = page.getByRole("dialog");
    const row = (name) => dialog.getByRole("row").filter({ hasText: name }).first();
    await becomes(() => row("requestParameters.description").locator(".differs").count(), 2);
    await becomes(() => row("eventName").locator(".differs").count(), 0);
    await dialog.getByRole("button", { name: label(t("shell.close")) }).click();
  });

  it("opens an event with its record as it is delivered", async () => {
    await rows("CreateKey").first().click();
    await screen.isAt("CreateKey");
    const shown = JSON.parse(await page.getByRole("region", { name: label(t("history.record")) }).innerText());
    assert.ok((await recordsNamed(server, "CreateKey")).some(({ eventID }) => eventID === shown.eventID));
    await screen.shows(t("history.address"), shown.sourceIPAddress);
  });

  it("shows around an event what its user changed, and reads when asked", async () => {
    const around = page.getByRole("table", { name: label(t("history.around")) });
    await around.getByRole("link", { name: "CreateAlias", exact: true }).first().waitFor();
    await becomes(() => around.getByRole("link", { name: "ListKeys", exact: true }).count(), 0);
    await screen.box(t("history.around.reads")).or(page.getByRole("switch", { name: label(t("history.around.reads")) })).first().click();
    await around.getByRole("link", { name: "ListKeys", exact: true }).first().waitFor();
  });

  it("marks refused calls with their code, and names one resource of each event", async () => {
    await screen.visit("/cloudtrail/events?attribute=EventName&value=ScheduleKeyDeletion");
    await page.getByRole("row").filter({ hasText: "ScheduleKeyDeletion" }).getByText(/^NotFoundException$/).first().waitFor();
    await screen.visit("/cloudtrail/events?attribute=EventName&value=CreateAlias");
    const cells = page.getByRole("row").filter({ hasText: "CreateAlias" }).first().getByRole("cell");
    await cells.first().waitFor();
    const resources = async () =>
      (await cells.allInnerTexts()).filter((text) => /^(AWS::KMS::\w+|(key|alias)\/\S+)( \+\d)?$/.test(text.trim())).length;
    await becomes(resources, 2);
    await pictures(screen)("event-history-errors");
  });

  it("finds the event of a request from the search box, also far back", async () => {
    const [{ requestID }] = (await recordsNamed(server, "CreateKey")).slice(-1);
    const search = page.locator("#top").getByRole("combobox");
    await search.fill(requestID);
    await page.getByRole("option", { name: new RegExp(label(t("search.kind.request")).source.slice(1, -1)) }).first().click();
    await rows("CreateKey").first().waitFor();
    await becomes(() => page.locator("tbody").getByRole("row").count(), 1);
  });

  it("is seen on the home page for all regions, and an event of another opens", async () => {
    await screen.visit("/");
    const recent = page.getByRole("table", { name: label(t("home.events")) });
    const far = recent.getByRole("row").filter({ hasText: "eu-west-1" });
    await far.getByRole("link", { name: "CreateKey", exact: true }).click();
    await screen.isAt("CreateKey");
    await screen.shows(t("history.region"), "eu-west-1");
    assert.deepEqual(screen.complaints, []);
  });
});
