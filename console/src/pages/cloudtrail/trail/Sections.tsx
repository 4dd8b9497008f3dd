// The sections of a trail's page, each with its own edit page.
import type { AdvancedEventSelector } from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useSession } from "../../../aws/session";
import { CopyText } from "../../../components/CopyText";
import { JsonView } from "../../../components/JsonView";
import { Time } from "../../../components/Time";
import { Unavailable } from "../../../components/Unavailable";
import { t } from "../../../i18n";
import { usePreferences } from "../../../shell/preferences";
import { TrailStatus } from "../TrailStatus";
import { logLocation, trailHref } from "../trails";
import { eventsOf, newDraft } from "../wizard/draft";
import { dataItems, managementItems, onOff, yesNo } from "../wizard/summary";
import type { TrailDetail } from "./useTrail";

function Section({ title, edit, children }: { title: string; edit?: string; children: ReactNode }) {
  const actions = edit && (
    <Button href={edit} ariaLabel={t("trail.editNamed", { name: title })}>
      {t("common.edit")}
    </Button>
  );
  return <Container header={<Header actions={actions}>{title}</Header>}>{children}</Container>;
}

function General({ detail }: { detail: TrailDetail }) {
  const { account } = useSession();
  const { trail, status, arn } = detail;
  const keyId = trail.KmsKeyId?.split("/").pop();
  // Of a trail of all regions: that of the top bar. A log file's folder has the date of UTC.
  const { region: here } = usePreferences();
  const region = trail.IsMultiRegionTrail ? here : (trail.HomeRegion ?? here);
  const folder = `${trail.S3KeyPrefix ? `${trail.S3KeyPrefix}/` : ""}AWSLogs/${account}/`;
  const today = `${folder}CloudTrail/${region}/${new Date().toISOString().slice(0, 10).replaceAll("-", "/")}/`;
  return (
    <Section title={t("trail.general")} edit={trailHref(arn, "/edit/general")}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("trail.logging"), value: <TrailStatus row={{ status }} /> },
          { label: t("trail.name"), value: detail.name },
          { label: t("common.arn"), value: <CopyText text={arn} name={t("common.arn")} /> },
          { label: t("trail.homeRegion"), value: trail.HomeRegion },
          { label: t("trail.multiRegion"), value: yesNo(trail.IsMultiRegionTrail === true) },
          { label: t("trail.organization.apply"), value: yesNo(trail.IsOrganizationTrail === true) },
          {
            label: t("trail.location"),
            value: (
              <SpaceBetween size="xxs">
                <Link href={`#/s3/buckets/${trail.S3BucketName}?prefix=${encodeURIComponent(folder)}`}>
                  {logLocation(trail, account)}
                </Link>
                <Link href={`#/s3/buckets/${trail.S3BucketName}?prefix=${encodeURIComponent(today)}`}>
                  {t("trail.location.today", { region })}
                </Link>
              </SpaceBetween>
            ),
          },
          { label: t("trail.lastLogFile"), value: <Time value={status.LatestDeliveryTime} /> },
          { label: t("trail.encryption"), value: onOff(trail.KmsKeyId !== undefined) },
          {
            label: t("trail.kmsKey"),
            value: keyId ? <Link href={`#/kms/keys/${keyId}`}>{trail.KmsKeyId}</Link> : "–",
          },
          { label: t("trail.validation"), value: onOff(trail.LogFileValidationEnabled === true) },
          { label: t("trail.lastDigest"), value: <Time value={status.LatestDigestDeliveryTime} /> },
          { label: t("trail.sns"), value: onOff(trail.SnsTopicARN !== undefined) },
          { label: t("trail.lastSns"), value: <Time value={status.LatestNotificationTime} /> },
          { label: t("trail.startedAt"), value: <Time value={status.StartLoggingTime} /> },
          { label: t("trail.stoppedAt"), value: <Time value={status.StopLoggingTime} /> },
        ]}
      />
    </Section>
  );
}

function Advanced({ selectors }: { selectors: readonly AdvancedEventSelector[] }) {
  return <JsonView value={selectors} label={t("trail.advancedSelectors")} />;
}

export function Sections({ detail }: { detail: TrailDetail }) {
  const { arn, selectors, basic, tags } = detail;
  const { account } = useSession();
  const events = { ...newDraft(account), ...eventsOf(basic) };
  const advanced = selectors.AdvancedEventSelectors ?? [];
  const edit = trailHref(arn, "/edit/events");
  return (
    <SpaceBetween size="l">
      <General detail={detail} />
      <Section title={t("trail.cloudWatch")}>
        <Unavailable>{t("trail.cloudWatch.why")}</Unavailable>
      </Section>
      <Section title={t("common.tags")} edit={trailHref(arn, "/edit/tags")}>
        {tags.length === 0 ? (
          t("trail.noTags")
        ) : (
          <KeyValuePairs columns={3} items={tags.map(({ key, value }) => ({ label: key, value: value || "–" }))} />
        )}
      </Section>
      {advanced.length > 0 ? (
        <Section title={t("trail.advancedSelectors")} edit={edit}>
          <Advanced selectors={advanced} />
        </Section>
      ) : (
        <SpaceBetween size="l">
          <Section title={t("trail.management")} edit={edit}>
            {events.management ? <KeyValuePairs columns={3} items={managementItems(events)} /> : t("trail.notLogged")}
          </Section>
          <Section title={t("trail.data")} edit={edit}>
            {events.data ? <KeyValuePairs columns={3} items={dataItems(events)} /> : t("trail.notLogged")}
          </Section>
        </SpaceBetween>
      )}
      <Section title={t("trail.insightsEvents")}>
        <Unavailable>{t("trail.insights.why")}</Unavailable>
      </Section>
      <Section title={t("trail.network")}>
        <Unavailable>{t("trail.network.why")}</Unavailable>
      </Section>
    </SpaceBetween>
  );
}
