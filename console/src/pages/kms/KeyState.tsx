import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { stateText } from "../../components/keyState";

const TYPES: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  Enabled: "success",
  Disabled: "stopped",
  PendingDeletion: "warning",
  Creating: "pending",
  Updating: "pending",
};

export function KeyState({ state }: { state: string | undefined }) {
  return <StatusIndicator type={TYPES[state ?? ""] ?? "info"}>{stateText(state)}</StatusIndicator>;
}
