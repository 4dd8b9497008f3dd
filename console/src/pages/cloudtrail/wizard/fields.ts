// What the field groups share.
import { type MessageKey, t } from "../../../i18n";
import type { Draft, Problems } from "./draft";

export interface FieldsProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  /** Drawn only once the user tried to go on. */
  problems: Problems;
}

export function problemText(key: MessageKey | undefined): string | undefined {
  return key && t(key);
}
