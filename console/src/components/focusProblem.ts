// After a form was not accepted: the focus moves to the first field with an error, and the page scrolls
// to it. Screen readers then read the error.

const WRONG = '[aria-invalid="true"], [id$="-error"]';
const FOCUSABLE = "input:not([disabled]), textarea:not([disabled]), select, button:not([disabled]), [tabindex='0']";

function isShown(element: Element): boolean {
  return element.getClientRects().length > 0;
}

/**
 * The control that an error belongs to: itself, or the first one of the field around the error. A
 * button is the control only where there is nothing to type into or to choose.
 */
function controlOf(wrong: Element): HTMLElement | undefined {
  if (wrong.matches(FOCUSABLE)) return wrong as HTMLElement;
  for (let around = wrong.parentElement; around && around.tagName !== "FORM"; around = around.parentElement) {
    const controls = [...around.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isShown);
    const control = controls.find(({ tagName }) => tagName !== "BUTTON") ?? controls[0];
    if (control) return control;
  }
  return undefined;
}

/** Whether a field with an error was found; the focus is on it then. */
function focusNow(within: Element | null | undefined): boolean {
  const place = within ?? document.querySelector("[role='dialog']") ?? document.querySelector("main") ?? document.body;
  const wrong = [...place.querySelectorAll(WRONG)].find(isShown);
  const control = wrong && controlOf(wrong);
  if (!control) return false;
  control.focus({ preventScroll: true });
  control.scrollIntoView({ block: "center" });
  return true;
}

/** A slow machine draws the errors some frames later; a form that shows none is left alone after this time. */
const PATIENCE_MS = 1_000;

/**
 * Call it after the state that makes the fields show their errors is set. `within` is the form, on a
 * page with several.
 */
export function focusFirstProblem(within?: Element | null): void {
  const end = performance.now() + PATIENCE_MS;
  const attempt = () => {
    if (!focusNow(within) && performance.now() < end) requestAnimationFrame(attempt);
  };
  // The errors are drawn in the next frame.
  requestAnimationFrame(() => requestAnimationFrame(attempt));
}
