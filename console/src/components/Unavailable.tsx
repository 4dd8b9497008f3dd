// An option that AWS has and this server has not: it stands in its place and says why.
import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";

export function Unavailable({ children }: { children: ReactNode }) {
  return (
    <Box color="text-body-secondary">
      <StatusIndicator type="info" colorOverride="grey">
        {children}
      </StatusIndicator>
    </Box>
  );
}
