// What a recorded call was refused with: in red, so that it is seen among many.
import Box from "@cloudscape-design/components/box";

export function ErrorCode({ code }: { code: string | undefined }) {
  if (!code) return <>–</>;
  return (
    <Box color="text-status-error" fontWeight="bold" display="inline">
      {code}
    </Box>
  );
}
