// Select trusted entity: a service, an account, or a policy of one's own.
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useSession } from "../../aws/session";
import { jsonProblem, PolicyEditor } from "../../components/PolicyEditor";
import { t } from "../../i18n";
import { type Entity, SERVICES, type TrustProblem, type Trusted } from "./trust";

interface Props {
  value: Trusted;
  onChange: (part: Partial<Trusted>) => void;
  /** The problems to show; none before the user continues. */
  problems: ReadonlySet<TrustProblem>;
}

const ENTITIES = ["service", "account", "custom"] as const;

export function TrustFields(props: Props) {
  const { value, onChange } = props;
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{t("iam.trust.entity")}</Header>}>
        <Tiles
          value={value.entity}
          ariaLabel={t("iam.trust.entity")}
          onChange={({ detail }) => onChange({ entity: detail.value as Entity })}
          items={ENTITIES.map((entity) => ({
            value: entity,
            label: t(`iam.trust.${entity}`),
            description: t(`iam.trust.${entity}.about`),
          }))}
        />
      </Container>
      {value.entity === "service" && <Service {...props} />}
      {value.entity === "account" && <Account {...props} />}
      {value.entity === "custom" && (
        <Container header={<Header variant="h2">{t("iam.trust.custom")}</Header>}>
          <FormField stretch label={t("iam.role.trust")} errorText={jsonProblem(value.document)}>
            <PolicyEditor
              value={value.document}
              onChange={(document) => onChange({ document })}
              label={t("iam.role.trust")}
              kind="Trust"
              heightPx={260}
            />
          </FormField>
        </Container>
      )}
    </SpaceBetween>
  );
}

function Service({ value, onChange, problems }: Props) {
  return (
    <Container header={<Header variant="h2">{t("iam.trust.useCase")}</Header>}>
      <FormField
        label={t("iam.trust.service.name")}
        description={t("iam.trust.service.name.about")}
        errorText={problems.has("service") ? t("iam.trust.service.rule") : undefined}
      >
        <Autosuggest
          value={value.service}
          options={SERVICES.map((service) => ({ value: service }))}
          enteredTextLabel={(text) => t("common.use", { text })}
          empty={t("common.noMatch")}
          placeholder={t("iam.trust.service.choose")}
          ariaLabel={t("iam.trust.service.name")}
          onChange={({ detail }) => onChange({ service: detail.value.trim() })}
        />
      </FormField>
    </Container>
  );
}

function Account({ value, onChange, problems }: Props) {
  const { account } = useSession();
  const { ownAccount, otherAccount, externalId, mfa } = value;
  return (
    <Container header={<Header variant="h2">{t("iam.trust.account")}</Header>}>
      <SpaceBetween size="l">
        <RadioGroup
          value={ownAccount ? "own" : "other"}
          ariaLabel={t("iam.trust.account")}
          onChange={({ detail }) => onChange({ ownAccount: detail.value === "own" })}
          items={[
            { value: "own", label: t("iam.trust.account.own", { account }) },
            { value: "other", label: t("iam.trust.account.other") },
          ]}
        />
        {!ownAccount && (
          <FormField label={t("iam.accountId")} errorText={problems.has("account") ? t("iam.trust.account.rule") : undefined}>
            <Input value={otherAccount} inputMode="numeric" onChange={({ detail }) => onChange({ otherAccount: detail.value.trim() })} />
          </FormField>
        )}
        <div role="group" aria-label={t("iam.trust.options")}>
          <SpaceBetween size="xs">
            <Box variant="awsui-key-label">{t("iam.trust.options")}</Box>
            <Checkbox
              checked={externalId !== undefined}
              description={t("iam.trust.externalId.about")}
              onChange={({ detail }) => onChange({ externalId: detail.checked ? "" : undefined })}
            >
              {t("iam.trust.externalId.require")}
            </Checkbox>
            {externalId !== undefined && (
              <div className="indented">
                <FormField
                  label={t("iam.trust.externalId")}
                  errorText={problems.has("externalId") ? t("iam.trust.externalId.rule") : undefined}
                >
                  <Input value={externalId} onChange={({ detail }) => onChange({ externalId: detail.value })} />
                </FormField>
              </div>
            )}
            <Checkbox checked={mfa} description={t("iam.trust.mfa.about")} onChange={({ detail }) => onChange({ mfa: detail.checked })}>
              {t("iam.trust.mfa")}
            </Checkbox>
          </SpaceBetween>
        </div>
      </SpaceBetween>
    </Container>
  );
}
