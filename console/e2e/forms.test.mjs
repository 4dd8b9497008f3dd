// A form that is not accepted shows what is wrong and leads there: the focus is on the first wrong
// field, the field is in the window, and the server was not called.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newPage, signInByCookie, startBrowser } from "./support/browser.mjs";
import { furnish } from "./support/furnish.mjs";
import { label } from "./support/labels.mjs";
import { pictures } from "./support/pictures.mjs";
import { Screen } from "./support/screen.mjs";
import { ACCOUNT, ROOT_PASSWORD, setRootPassword, startServer } from "./support/server.mjs";
import { texts } from "./support/texts.mjs";

let server, browser, made;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  await setRootPassword(server);
  made = await furnish(server);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const language of ["ja", "en"]) {
  const t = texts(language);
  describe(`a form that is not accepted (${language})`, () => {
    let screen, page, shot, calls;

    before(async () => {
      screen = new Screen(await newPage(browser, { language, origin: server.origin }));
      page = screen.page;
      shot = pictures(screen);
      await signInByCookie(screen.context, { account: ACCOUNT, password: ROOT_PASSWORD });
      await screen.go("/");
      page.on("dialog", (leaving) => leaving.accept());
      page.on("request", (request) => request.method() !== "GET" && calls.push(request));
    });
    after(() => screen?.context.close());

    const dialog = () => page.getByRole("dialog");
    const required = () => t("common.required");
    const editor = () => page.locator(".ace_text-input");
    const broken = async () => {
      await editor().first().waitFor({ state: "attached" });
      await screen.paste('{"Version": ');
      await page.locator(".ace_line", { hasText: "Version" }).first().waitFor();
    };
    const edit = (title) => page.getByRole("button", { name: label(t("s3.editNamed", { name: t(title) })) }).click();

    /** Opens a page, prepares a form, presses its button; then this field has the focus and this error shows. */
    const leads = (name, { path, prepare = async () => undefined, press, field, error }) =>
      it(name, async () => {
        calls = [];
        // A page of its own: what was left half-done asks no question.
        await page.goto("about:blank");
        await screen.go(path());
        await prepare();
        await screen.settled();
        await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
        calls = [];
        await press();
        if (error) await page.getByText(label(error())).first().waitFor();
        await screen.focuses(field());
        const named = calls.filter((call) => !/ReviewPolicy|DescribeServer/.test(call.headers()["x-amz-target"] ?? ""));
        assert.deepEqual(named.map((call) => `${call.method()} ${call.url()}`), []);
        await shot(`form-${name.replaceAll(" ", "-")}`);
      });
    const save = () => page.getByRole("button", { name: label(t("common.save")), exact: true }).last().click();
    const button = (text) => () => page.getByRole("button", { name: label(t(text)), exact: true }).last().click();
    const key = (tab) => () => `/kms/keys/${made.key}?tab=${tab}`;
    const bucket = (tab) => () => `/s3/buckets/${made.bucket}?tab=${tab}`;

    leads("a group without a name", {
      path: () => "/iam/groups",
      press: button("iam.group.create"),
      field: () => screen.field(t("iam.group.name")),
      error: required,
    });
    leads("a member without a name", {
      path: () => "/iam/groups/bears",
      press: button("iam.group.add"),
      field: () => screen.field(t("iam.user.name")),
      error: required,
    });
    leads("an alias of wrong characters", {
      path: key("aliases"),
      prepare: () => screen.type(t("kms.alias.new"), "forest honey"),
      press: button("kms.alias.create"),
      field: () => screen.field(t("kms.alias.new")),
      error: () => t("kms.alias.characters"),
    });
    leads("a key's tag without a key", {
      path: key("tags"),
      prepare: async () => {
        await page.getByRole("main").getByRole("button").last().click();
      },
      press: save,
      field: () => page.getByRole("main").getByRole("combobox").first(),
    });
    leads("a rotation out of range", {
      path: key("rotation"),
      prepare: async () => {
        await screen.box(t("kms.rotation.automatic")).or(page.getByRole("switch", { name: label(t("kms.rotation.automatic")) })).first().click();
        await screen.type(t("kms.rotation.period"), "7");
      },
      press: save,
      field: () => screen.field(t("kms.rotation.period")),
      error: () => t("kms.rotation.range", { default: 365, min: 90, max: 2560 }),
    });
    leads("a description too long", {
      path: () => `/kms/keys/${made.key}`,
      prepare: async () => {
        await page.getByRole("button", { name: label(t("kms.description.edit")) }).click();
        await screen.type(t("kms.key.description"), "x".repeat(8193));
      },
      press: save,
      field: () => screen.field(t("kms.key.description")),
      error: () => t("kms.description.long", { count: "8,192" }),
    });
    leads("a key policy that is no JSON", {
      path: () => `/kms/keys/${made.key}/policy`,
      prepare: broken,
      press: save,
      field: () => page.locator(".ace_editor").first(),
    });
    leads("a template without a trail", {
      path: () => `/kms/keys/${made.key}/policy`,
      press: button("kms.template.insert"),
      field: () => screen.field(t("kms.template.trail")),
      error: required,
    });
    leads("a deletion without a consent", {
      path: () => `/kms/keys/${made.key}`,
      prepare: async () => {
        await page.getByRole("button", { name: label(t("kms.actions")) }).click();
        await page.getByRole("menuitem", { name: label(t("kms.action.schedule")) }).click();
      },
      press: button("kms.schedule.button"),
      field: () => dialog().getByRole("checkbox"),
      error: required,
    });
    leads("a deletion without a waiting period", {
      path: () => `/kms/keys/${made.key}?tab=aliases`,
      prepare: async () => {
        await page.getByRole("button", { name: label(t("kms.actions")) }).click();
        await page.getByRole("menuitem", { name: label(t("kms.action.schedule")) }).click();
        await dialog().getByRole("checkbox").click();
        await dialog().getByRole("spinbutton").fill("5");
      },
      press: button("kms.schedule.button"),
      field: () => dialog().getByRole("spinbutton"),
      error: () => t("kms.schedule.daysRange"),
    });
    leads("a bucket policy that is no JSON", {
      path: () => `/s3/buckets/${made.bucket}/policy`,
      prepare: broken,
      press: save,
      field: () => page.locator(".ace_editor").first(),
    });
    leads("a folder without a name", {
      path: bucket("objects"),
      prepare: () => button("s3.folder.create")(),
      press: button("common.create"),
      field: () => screen.field(t("s3.folder.name")),
      error: required,
    });
    leads("public access without a consent", {
      path: bucket("permissions"),
      prepare: async () => {
        await edit("s3.publicAccess.bucket");
        const all = screen.box(t("s3.publicAccess.all"));
        if (await all.isChecked()) await all.click();
      },
      press: save,
      field: () => screen.box(t("s3.publicAccess.acknowledge")),
      error: required,
    });
    leads("an encryption without a key", {
      path: bucket("properties"),
      prepare: async () => {
        await edit("s3.encryption");
        await screen.choose(t("s3.encryption.type"), t("s3.encryption.kms"));
      },
      press: save,
      field: () => screen.field(t("s3.encryption.key")),
      error: required,
    });
    leads("CORS rules that are no JSON", {
      path: bucket("permissions"),
      prepare: async () => {
        await edit("s3.cors");
        await broken();
      },
      press: save,
      field: () => page.locator(".ace_editor").first(),
    });
    leads("no policy to attach", {
      path: () => "/iam/users/kuma",
      prepare: () => button("iam.permissions.add")(),
      press: () => dialog().getByRole("button", { name: label(t("iam.permissions.add")), exact: true }).last().click(),
      field: () => dialog().locator("button[aria-haspopup], [role=combobox]").first(),
      error: required,
    });
    leads("no console password", {
      path: () => "/iam/users/kuma?tab=credentials",
      press: save,
      field: () => screen.field(t("iam.password.new")),
      error: required,
    });
    leads("MFA codes of wrong length", {
      path: () => "/iam/users/kuma?tab=credentials",
      prepare: async () => {
        await button("iam.mfa.assign")();
        await screen.type(t("iam.mfa.code1"), "123456");
        await screen.type(t("iam.mfa.code2"), "12345");
      },
      press: button("iam.mfa.enable"),
      field: () => screen.field(t("iam.mfa.code2")),
      error: () => t("signin.mfa.digits"),
    });
    leads("a trust policy that is no JSON", {
      path: () => "/iam/roles/keeper",
      prepare: async () => {
        await screen.tab(t("iam.role.relationships"));
        await broken();
      },
      press: save,
      field: () => page.locator(".ace_editor").first(),
    });
    leads("a managed policy that is no JSON", {
      path: () => `/iam/policies/${encodeURIComponent(made.policy)}`,
      prepare: broken,
      press: save,
      field: () => page.locator(".ace_editor").first(),
    });
    leads("an account of eleven digits", {
      path: key("policy"),
      prepare: async () => {
        await page.getByRole("button", { name: label(t("kms.members.add", { name: t("kms.otherAccounts") })) }).click();
        await dialog().getByRole("textbox").fill("12345678901");
      },
      press: save,
      field: () => dialog().getByRole("textbox"),
      error: () => t("kms.otherAccounts.digits"),
    });
    leads("a deletion with another word", {
      path: () => "/cloudtrail/trails",
      prepare: async () => {
        await page.getByRole("row").filter({ hasText: "forest-trail" }).getByRole("radio").click();
        await screen.press(t("common.delete"));
        await dialog().getByRole("textbox").fill("?");
      },
      press: () => dialog().getByRole("button", { name: label(t("common.delete")), exact: true }).click(),
      field: () => dialog().getByRole("textbox"),
      error: () => t("common.delete.differs", { word: t("common.delete.word") }),
    });
  });
}
