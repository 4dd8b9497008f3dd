// Upload: files are chosen or dropped, sent one after the other, each with its progress.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FileDropzone from "@cloudscape-design/components/file-dropzone";
import FileInput from "@cloudscape-design/components/file-input";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type DragEvent, useRef, useState } from "react";
import { useNavigate, useParams } from "react-router-dom";
import { useClients } from "../../aws/clients";
import { errorLine } from "../../aws/errors";
import { Page } from "../../components/Page";
import { formatBytes, formatNumber, t } from "../../i18n";
import { printable } from "../../i18n/printable";
import { useFlash } from "../../shell/flash";
import { chooseFolder, chosenFiles, droppedFiles, type NamedFile } from "./droppedFiles";
import { bucketHref, folderCrumbs } from "./paths";
import { ARCHIVES, STORAGE_CLASSES, type UploadClass, storageClassText } from "./storageClass";
import { uploadFile } from "./upload";

interface Item extends NamedFile {
  sent: number;
  state: "waiting" | "sending" | "done" | "failed";
  error?: string;
}

export function Upload() {
  const { bucket = "", "*": prefix = "" } = useParams();
  const { s3 } = useClients();
  const navigate = useNavigate();
  const [items, setItems] = useState<Item[]>([]);
  const [busy, setBusy] = useState(false);
  const [storageClass, setStorageClass] = useState<UploadClass>("STANDARD");
  const stop = useRef<AbortController>(undefined);
  const home = bucketHref(bucket, "objects", prefix).slice(1);
  const flash = useFlash();
  const add = (files: readonly NamedFile[]) =>
    setItems((before) => [...before, ...files.map((one): Item => ({ ...one, sent: 0, state: "waiting" }))]);
  const drop = (event: DragEvent) =>
    void droppedFiles(event.dataTransfer).then(add, (error: unknown) => flash.error(t("s3.upload.unreadable"), error));
  const set = (file: File, part: Partial<Item>) =>
    setItems((before) => before.map((item) => (item.file === file ? { ...item, ...part } : item)));
  const start = async () => {
    const controller = new AbortController();
    stop.current = controller;
    setBusy(true);
    for (const { file, name, state } of items) {
      if (state === "done" || controller.signal.aborted) continue;
      set(file, { state: "sending", sent: 0, error: undefined });
      try {
        const target = { s3, bucket, key: `${prefix}${name}`, storageClass };
        await uploadFile(target, file, (sent) => set(file, { sent }), controller.signal);
        set(file, { state: "done", sent: file.size });
      } catch (error) {
        set(file, { state: "failed", error: errorLine(error) });
      }
    }
    setBusy(false);
  };
  const done = items.filter(({ state }) => state === "done").length;
  const open = items.some(({ state }) => state !== "done");
  return (
    <Page
      title={t("s3.upload")}
      crumbs={[
        { text: t("s3.buckets.title"), href: "#/s3/buckets" },
        { text: bucket, href: bucketHref(bucket) },
        ...folderCrumbs(bucket, prefix),
      ]}
      description={t("s3.upload.to", { place: `s3://${bucket}/${prefix}` })}
    >
      <Container header={<Header variant="h2">{t("s3.upload.files")}</Header>}>
        <SpaceBetween size="m">
          {/* The drop is taken here: the zone itself hands over no folders. */}
          <div onDropCapture={drop}>
            <FileDropzone onChange={() => undefined}>{t("s3.upload.drop")}</FileDropzone>
          </div>
          <SpaceBetween size="xs" direction="horizontal">
            <FileInput multiple value={[]} onChange={({ detail }) => add(chosenFiles(detail.value))}>
              {t("s3.upload.add")}
            </FileInput>
            <Button iconName="folder" onClick={() => chooseFolder(add)}>
              {t("s3.upload.addFolder")}
            </Button>
          </SpaceBetween>
        </SpaceBetween>
      </Container>
      <ExpandableSection variant="container" headerText={t("s3.properties")} headerDescription={t("s3.class.chosen", { name: storageClassText(storageClass) })}>
        <StorageClassField value={storageClass} onChange={setStorageClass} disabled={busy} />
      </ExpandableSection>
      {items.length > 0 && (
        <Container
          header={
            <Header variant="h2" counter={`(${formatNumber(done)}/${formatNumber(items.length)})`}>
              {t("s3.upload.progress")}
            </Header>
          }
        >
          <SpaceBetween size="m">
            {items.map(({ file, name, sent, state, error }, index) => (
              <ProgressBar
                key={`${index} ${name}`}
                label={printable(name)}
                description={formatBytes(file.size)}
                value={file.size === 0 ? (state === "done" ? 100 : 0) : (100 * sent) / file.size}
                status={state === "done" ? "success" : state === "failed" ? "error" : "in-progress"}
                resultText={state === "failed" ? error : t("s3.upload.done")}
              />
            ))}
          </SpaceBetween>
        </Container>
      )}
      <Box float="right">
        <SpaceBetween size="xs" direction="horizontal">
          <Button
            variant="link"
            onClick={() => {
              stop.current?.abort();
              if (!busy) navigate(home);
            }}
          >
            {busy ? t("s3.upload.stop") : open || items.length === 0 ? t("common.cancel") : t("shell.close")}
          </Button>
          <Button variant="primary" disabled={!open} loading={busy} onClick={() => void start()}>
            {t("s3.upload")}
          </Button>
        </SpaceBetween>
      </Box>
    </Page>
  );
}

interface FieldProps {
  value: UploadClass;
  onChange: (value: UploadClass) => void;
  disabled: boolean;
}

function StorageClassField({ value, onChange, disabled }: FieldProps) {
  return (
    <SpaceBetween size="m">
      <FormField label={t("s3.object.storageClass")} description={t("s3.class.about")} stretch>
        <RadioGroup
          value={value}
          ariaLabel={t("s3.object.storageClass")}
          onChange={({ detail }) => onChange(detail.value as UploadClass)}
          items={STORAGE_CLASSES.map((one) => ({
            value: one,
            label: storageClassText(one),
            description: t(`s3.class.${one}.about`),
            disabled,
          }))}
        />
      </FormField>
      {ARCHIVES.has(value) && (
        <Alert type="warning" statusIconAriaLabel={t("common.flash.warning")}>
          {t("s3.class.archive")}
        </Alert>
      )}
    </SpaceBetween>
  );
}
