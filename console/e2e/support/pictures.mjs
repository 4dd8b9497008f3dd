// Pictures for review: into the folder that E2E_PICTURES names, none without it.

/** Gives a function that takes a picture of the whole page, or of the window with `target` in its middle. */
export function pictures(screen) {
  const folder = process.env.E2E_PICTURES;
  return async (name, target) => {
    if (!folder) return;
    await screen.settled();
    if (target) await target.evaluate((element) => element.scrollIntoView({ block: "center" }));
    const path = `${folder}/${name}.${screen.language}.png`;
    await screen.page.screenshot({ path, fullPage: !target, caret: "hide", animations: "disabled" });
  };
}
