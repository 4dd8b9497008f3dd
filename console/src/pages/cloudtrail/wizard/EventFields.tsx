// Which events a trail keeps: management events, and data events of S3.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Unavailable } from "../../../components/Unavailable";
import { t } from "../../../i18n";
import { type FieldsProps, problemText } from "./fields";

const DATA_RESOURCES_MAX = 250;

export function EventFields(props: FieldsProps) {
  const { draft, set, problems } = props;
  return (
    <SpaceBetween size="l">
      <Container header={<Header description={t("trail.events.about")}>{t("trail.events")}</Header>}>
        <FormField label={t("trail.eventType")} description={t("trail.eventType.about")} errorText={problemText(problems.events)}>
          <SpaceBetween size="s">
            <Checkbox
              checked={draft.management}
              onChange={({ detail }) => set({ management: detail.checked })}
              description={t("trail.management.about")}
            >
              {t("trail.management")}
            </Checkbox>
            <Checkbox checked={draft.data} onChange={({ detail }) => set({ data: detail.checked })} description={t("trail.data.about")}>
              {t("trail.data")}
            </Checkbox>
            <Checkbox checked={false} disabled description={<Unavailable>{t("trail.insights.why")}</Unavailable>}>
              {t("trail.insightsEvents")}
            </Checkbox>
            <Checkbox checked={false} disabled description={<Unavailable>{t("trail.network.why")}</Unavailable>}>
              {t("trail.network")}
            </Checkbox>
          </SpaceBetween>
        </FormField>
      </Container>
      {draft.management && <ManagementFields {...props} />}
      {draft.data && <DataFields {...props} />}
    </SpaceBetween>
  );
}

function ManagementFields({ draft, set, problems }: FieldsProps) {
  return (
    <Container header={<Header description={t("trail.management.help")}>{t("trail.management")}</Header>}>
      <SpaceBetween size="m">
        <FormField label={t("trail.api")} description={t("trail.api.about")} errorText={problemText(problems.api)}>
          <SpaceBetween size="xs">
            <Checkbox checked={draft.read} onChange={({ detail }) => set({ read: detail.checked })}>
              {t("trail.read")}
            </Checkbox>
            <Checkbox checked={draft.write} onChange={({ detail }) => set({ write: detail.checked })}>
              {t("trail.write")}
            </Checkbox>
            <Checkbox checked={draft.excludeKms} onChange={({ detail }) => set({ excludeKms: detail.checked })}>
              {t("trail.excludeKms")}
            </Checkbox>
            <Checkbox checked={draft.excludeRds} onChange={({ detail }) => set({ excludeRds: detail.checked })}>
              {t("trail.excludeRds")}
            </Checkbox>
          </SpaceBetween>
        </FormField>
        {draft.excludeKms && (
          <Alert type="warning" statusIconAriaLabel={t("common.flash.warning")}>
            {t("trail.excludeKms.warning")}
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}

function DataFields({ draft, set, problems }: FieldsProps) {
  return (
    <Container header={<Header description={t("trail.data.help")}>{t("trail.data")}</Header>}>
      <SpaceBetween size="m">
        <FormField label={t("trail.data.api")} errorText={problemText(problems.data)}>
          <SpaceBetween size="xs">
            <Checkbox checked={draft.dataRead} onChange={({ detail }) => set({ dataRead: detail.checked })}>
              {t("trail.read")}
            </Checkbox>
            <Checkbox checked={draft.dataWrite} onChange={({ detail }) => set({ dataWrite: detail.checked })}>
              {t("trail.write")}
            </Checkbox>
          </SpaceBetween>
        </FormField>
        <AttributeEditor
          items={draft.dataArns}
          addButtonText={t("trail.data.add")}
          removeButtonText={t("common.remove")}
          removeButtonAriaLabel={(arn) => t("trail.data.remove", { arn })}
          disableAddButton={draft.dataArns.length >= DATA_RESOURCES_MAX}
          empty={t("trail.data.allBuckets")}
          onAddButtonClick={() => set({ dataArns: [...draft.dataArns, "arn:aws:s3:::"] })}
          onRemoveButtonClick={({ detail }) => set({ dataArns: draft.dataArns.filter((_, at) => at !== detail.itemIndex) })}
          definition={[
            {
              label: t("trail.data.arn"),
              control: (arn, index) => (
                <Input
                  value={arn}
                  placeholder={EXAMPLE}
                  onChange={({ detail }) =>
                    set({ dataArns: draft.dataArns.map((one, at) => (at === index ? detail.value : one)) })
                  }
                />
              ),
            },
          ]}
        />
        <Unavailable>{t("trail.data.others.why")}</Unavailable>
      </SpaceBetween>
    </Container>
  );
}

const EXAMPLE = "arn:aws:s3:::amzn-s3-demo-bucket/prefix";
