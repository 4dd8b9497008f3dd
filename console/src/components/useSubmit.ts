// Whether a form may be sent. Its button can always be pressed: what is missing then shows, and the
// focus goes to the first wrong field.
import { useState } from "react";
import { focusFirstProblem } from "./focusProblem";

export interface Submit {
  /** The form was not accepted: fields show what is wrong. */
  shown: boolean;
  /** Sends the form, or shows what is wrong. `within` bounds the search for the wrong field. */
  submit: (within?: Element | null) => void;
}

export function useSubmit(isReady: boolean, send: () => void): Submit {
  const [shown, setShown] = useState(false);
  const submit = (within?: Element | null) => {
    setShown(!isReady);
    if (isReady) send();
    else focusFirstProblem(within);
  };
  return { shown: shown && !isReady, submit };
}
