// The states of keys, as people name them.
import { type MessageKey, t } from "../i18n";

const STATES: Readonly<Record<string, MessageKey>> = {
  Enabled: "common.enabled",
  Disabled: "kms.state.disabled",
  PendingDeletion: "kms.state.pendingDeletion",
  PendingImport: "kms.state.pendingImport",
  Creating: "kms.state.creating",
  Updating: "kms.state.updating",
  Unavailable: "kms.state.unavailable",
};

export function stateText(state: string | undefined): string {
  const key = STATES[state ?? ""];
  return key ? t(key) : (state ?? "–");
}
