// Shares an object by an address with a signature that ends.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { useSession } from "../../aws/session";
import { useAction } from "../../aws/useAction";
import { CopyText } from "../../components/CopyText";
import { ErrorAlert } from "../../components/ErrorAlert";
import { focusFirstProblem } from "../../components/focusProblem";
import { Time } from "../../components/Time";
import { t } from "../../i18n";
import { shownName } from "./paths";
import { type Place, presignedUrl } from "./presign";

/** Source: S3 User Guide, "Sharing objects with presigned URLs": the console offers up to twelve hours. */
const MINUTES_MAX = 12 * 60;

export function Share({ place, onDismiss }: { place: Place; onDismiss: () => void }) {
  const { s3 } = useClients();
  const { expiration } = useSession();
  const [unit, setUnit] = useState<"minutes" | "hours">("minutes");
  const [text, setText] = useState("30");
  const [shown, setShown] = useState(false);
  const [url, setUrl] = useState<string>();
  const minutes = Number(text) * (unit === "hours" ? 60 : 1);
  const valid = Number.isInteger(Number(text)) && minutes >= 1 && minutes <= MINUTES_MAX;
  const ends = new Date(Math.min(Date.now() + minutes * 60_000, expiration.getTime()));
  const make = useAction(async () => setUrl(await presignedUrl(s3, place, minutes * 60)));
  const submit = () => {
    setShown(true);
    if (valid) void make.run();
    else focusFirstProblem();
  };
  const change = (set: () => void) => {
    set();
    setUrl(undefined);
  };
  return (
    <Modal
      visible
      header={t("s3.share.title", { name: shownName(place.key) })}
      closeAriaLabel={t("shell.close")}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onDismiss}>
              {t("shell.close")}
            </Button>
            <Button variant="primary" loading={make.busy} onClick={submit}>
              {t("s3.share.make")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="info" statusIconAriaLabel={t("common.flash.info")}>
          {t("s3.share.about")}
        </Alert>
        <FormField label={t("s3.share.interval")}>
          <RadioGroup
            value={unit}
            ariaLabel={t("s3.share.interval")}
            onChange={({ detail }) => change(() => setUnit(detail.value === "hours" ? "hours" : "minutes"))}
            items={[
              { value: "minutes", label: t("s3.share.minutes") },
              { value: "hours", label: t("s3.share.hours") },
            ]}
          />
        </FormField>
        <FormField
          label={t("s3.share.count")}
          constraintText={t("s3.share.range")}
          errorText={shown && !valid ? t("s3.share.range") : undefined}
        >
          <Input type="number" inputMode="numeric" value={text} onChange={({ detail }) => change(() => setText(detail.value))} />
        </FormField>
        <ErrorAlert error={make.error} />
        {url && (
          <div role="status">
            <SpaceBetween size="xs">
              <div>
                {t("s3.share.until")} <Time value={ends} />
              </div>
              <div className="breakable">
                <CopyText text={url} name={t("s3.share.url")} />
              </div>
            </SpaceBetween>
          </div>
        )}
      </SpaceBetween>
    </Modal>
  );
}
