// A value with a button that copies it: ARNs, key IDs, bucket names.
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { t } from "../i18n";
import { printable } from "../i18n/printable";

/** `name` describes what is copied, for screen readers: "ARN", "Key ID". */
export function CopyText({ text, name }: { text: string | undefined; name: string }) {
  if (!text) return <>–</>;
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      textToDisplay={printable(text)}
      copyButtonAriaLabel={t("common.copyNamed", { name })}
      copySuccessText={t("common.copied")}
      copyErrorText={t("common.copyFailed")}
    />
  );
}
