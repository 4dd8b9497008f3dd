// What can be done with one object: open, download, copy its names, share it.
import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { useClients } from "../../aws/clients";
import { t } from "../../i18n";
import { useFlash } from "../../shell/flash";
import { useCopy } from "../../shell/useCopy";
import { saveObject } from "./objectBytes";
import { shownName } from "./paths";
import { objectUrl, type Place, presignedUrl } from "./presign";
import { Share } from "./Share";

/** Long enough for a browser to fetch it. */
const OPENED_S = 60;

interface Props {
  bucket: string;
  objectKey: string;
  versionId?: string;
  /** A folder has names, and nothing to open. */
  isFolder?: boolean;
  /** As the button of a page; otherwise as three dots in a row. */
  text?: string;
}

export function ObjectMenu({ bucket, objectKey: key, versionId, isFolder, text }: Props) {
  const place: Place = { bucket, key, versionId };
  const { s3 } = useClients();
  const flash = useFlash();
  const [sharing, setSharing] = useState(false);
  const names: Readonly<Record<string, string>> = {
    uri: `s3://${bucket}/${key}`,
    url: objectUrl(place),
    arn: `arn:aws:s3:::${bucket}/${key}`,
  };
  const copy = useCopy();
  const open = () => {
    // Before the address is known: a window that opens later is taken for an advertisement.
    const opened = window.open("about:blank", "_blank");
    if (opened) opened.opener = null;
    presignedUrl(s3, place, OPENED_S).then(
      (url) => opened?.location.replace(url),
      (error: unknown) => {
        opened?.close();
        flash.error(t("s3.open.failed", { name: shownName(key) }), error);
      },
    );
  };
  const act = (id: string) => {
    const name = names[id];
    if (name !== undefined) copy(name);
    else if (id === "open") open();
    else if (id === "share") setSharing(true);
    else saveObject(s3, place).catch((error: unknown) => flash.error(t("s3.download.failed", { name: shownName(key) }), error));
  };
  const opening: ButtonDropdownProps.Items = [
    { id: "open", text: t("s3.open"), external: true, externalIconAriaLabel: t("s3.open.newTab") },
    { id: "download", text: t("s3.download"), iconName: "download" },
    { id: "share", text: t("s3.share"), iconName: "share" },
  ];
  const naming: ButtonDropdownProps.Items = [
    { id: "uri", text: t("s3.copy.uri"), iconName: "copy" },
    { id: "url", text: t("s3.copy.url"), iconName: "copy" },
    { id: "arn", text: t("s3.copy.arn"), iconName: "copy" },
  ];
  return (
    <>
      <ButtonDropdown
        variant={text ? "normal" : "inline-icon"}
        ariaLabel={text ? undefined : t("s3.object.actionsOf", { name: shownName(key) })}
        expandToViewport
        items={isFolder ? naming : [...opening, ...naming]}
        onItemClick={({ detail }) => act(detail.id)}
      >
        {text}
      </ButtonDropdown>
      {sharing && <Share place={place} onDismiss={() => setSharing(false)} />}
    </>
  );
}
