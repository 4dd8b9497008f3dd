// An option that AWS has and this server lacks, shown in its place with the reason.
import Box from "@cloudscape-design/components/box";
import Icon from "@cloudscape-design/components/icon";
import type { ReactNode } from "react";

// Not a status indicator: that breaks words anywhere.
export function Unavailable({ children }: { children: ReactNode }) {
  return (
    <Box color="text-body-secondary">
      <Icon name="status-info" variant="subtle" size="inherit" /> {children}
    </Box>
  );
}
