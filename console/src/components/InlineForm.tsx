// A form of one field in a row of buttons: a name, and the button that uses it.
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef } from "react";
import { t } from "../i18n";
import { useSubmit } from "./useSubmit";

interface Props {
  /** Names the field. */
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What is wrong with a value; nothing but an empty one unless given. */
  problem?: string;
  action: string;
  primary?: boolean;
  busy?: boolean;
  onSubmit: () => void;
}

export function InlineForm({ label, value, onChange, problem, action, primary, busy, onSubmit }: Props) {
  const wrong = problem ?? (value.trim() === "" ? t("common.required") : undefined);
  const row = useRef<HTMLDivElement>(null);
  const { shown, submit } = useSubmit(wrong === undefined, onSubmit);
  return (
    <div ref={row}>
      <SpaceBetween size="xs" direction="horizontal">
        <FormField errorText={shown ? wrong : undefined}>
          <Input value={value} placeholder={label} ariaLabel={label} onChange={({ detail }) => onChange(detail.value)} />
        </FormField>
        <Button variant={primary ? "primary" : "normal"} loading={busy} onClick={() => submit(row.current)}>
          {action}
        </Button>
      </SpaceBetween>
    </div>
  );
}
