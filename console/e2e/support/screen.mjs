// What a person does with a page, in the words on the page.
import { becomes } from "./eventually.mjs";
import { containing, label } from "./labels.mjs";

export class Screen {
  /** `opened` is what `newPage` gave. */
  constructor(opened) {
    Object.assign(this, opened);
  }

  /** Opens an address of the console: `/kms/keys`. */
  async go(path) {
    await this.page.goto(`/_console/#${path}`);
    await this.settled();
  }

  /** Follows a link to an address, as if the page had one. */
  async visit(path) {
    await this.page.evaluate((href) => {
      const link = document.body.appendChild(Object.assign(document.createElement("a"), { href }));
      link.click();
      link.remove();
    }, `#${path}`);
    await this.settled();
  }

  /** Where we are, without the origin. */
  path() {
    return new URL(this.page.url()).hash.slice(1) || "/";
  }

  heading(text) {
    return this.page.getByRole("heading", { name: label(text) }).first();
  }

  /** The title of a page, which may carry a counter: `Buckets (1)`. */
  title(text) {
    const name = new RegExp(`${label(text).source.slice(0, -1)}(\\(\\d+\\))?\\s*$`, "u");
    return this.page.getByRole("heading", { level: 1, name }).first();
  }

  async isAt(text) {
    await this.title(text).waitFor();
    await this.settled();
  }

  /** A button, or a link in the form of one; the last of the breadcrumbs is neither. */
  button(text) {
    const byRole = (role) => this.page.getByRole(role, { name: label(text) });
    return byRole("button").or(byRole("link")).and(this.page.locator(":not([aria-current])"));
  }

  async press(text) {
    await this.button(text).first().click();
    await this.settled();
  }

  async follow(text) {
    await this.page.getByRole("link", { name: label(text) }).first().click();
    await this.settled();
  }

  async tab(text) {
    await this.page.getByRole("tab", { name: label(text) }).click();
    await this.settled();
  }

  /** Chooses a service in the top bar's menu. */
  async service(menu, name) {
    await this.page.locator("#top").getByRole("button", { name: label(menu) }).click();
    await this.page.getByRole("menuitem", { name: containing(name) }).first().click();
    await this.settled();
  }

  /** Chooses a region in the top bar's menu. */
  async region(code) {
    await this.page.locator("#top").getByRole("button", { name: /\b[a-z]{2}-[a-z]+-\d\b/ }).click();
    await this.page.getByRole("menuitem", { name: code }).click();
    await this.settled();
  }

  radio(group, choice) {
    return this.page.getByRole("radiogroup", { name: label(group) }).getByRole("radio", { name: label(choice) });
  }

  async choose(group, choice) {
    await this.radio(group, choice).click();
    await this.settled();
  }

  field(text) {
    const byRole = (role) => this.page.getByRole(role, { name: label(text) });
    return byRole("textbox").or(byRole("combobox")).or(byRole("spinbutton"));
  }

  async type(text, value) {
    await this.field(text).fill(value);
  }

  /** Types into a field that suggests, and takes the suggestion. */
  async pick(text, value) {
    const field = this.field(text);
    await field.fill(value);
    await this.page.getByRole("option", { name: new RegExp(`^${label(value).source.slice(1, -1)}`, "u") }).first().click();
    await this.settled();
  }

  /** A check box with a label of its own, or named by its field. */
  box(text) {
    return this.page.getByRole("checkbox", { name: label(text) });
  }

  /** The one check box of a field. */
  boxOf(text) {
    return this.page.getByRole("checkbox", { name: containing(text) });
  }

  /** The value under a term of a summary. */
  fact(text) {
    return this.page.locator("dt").filter({ hasText: label(text) }).locator("xpath=following-sibling::dd[1]").first();
  }

  /** The summary shows this value for this term. */
  async shows(term, value) {
    await this.fact(term).filter({ hasText: containing(value) }).waitFor();
  }

  /** A success message holds this. */
  async succeeds(text) {
    await this.page.getByText(containing(text)).first().waitFor();
  }

  /** The focus is on this, and it is in the window: a form that is not accepted leads there. */
  async focuses(target) {
    const state = () =>
      target.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return { focused: element === document.activeElement, seen: top >= 0 && bottom <= window.innerHeight };
      });
    await becomes(state, { focused: true, seen: true }, `the focus on ${target}`);
  }

  /** The focus moves to a field that is marked as wrong; it does so some frames after the error shows. */
  async focusesWrongField() {
    await this.focuses(this.page.locator(":focus[aria-invalid='true']"));
  }

  /** Replaces what is in the JSON editor, as a person who pastes does. */
  async paste(text) {
    const editor = this.page.locator(".ace_text-input");
    await editor.focus();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(text);
    await editor.blur();
  }
}
