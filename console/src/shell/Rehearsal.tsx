// Shows on every page that the server runs with the profile for rehearsals, and what that means.
import { useIntervals } from "../aws/intervals";
import { t } from "../i18n";
import { durationText } from "../i18n/duration";

export function Rehearsal() {
  const { rehearsal, delivery, digest } = useIntervals();
  if (!rehearsal) return null;
  return (
    <div className="strip" role="note">
      <strong>{t("shell.rehearsal")}</strong> {t("shell.rehearsal.about", { delivery: durationText(delivery), digest: durationText(digest) })}
    </div>
  );
}
