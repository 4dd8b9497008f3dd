import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { t } from "../../i18n";
import { type KeyRow, originText, usageText } from "./model";

export function Cryptography({ row }: { row: KeyRow }) {
  return (
    <Container header={<Header variant="h2">{t("kms.cryptography")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("kms.key.type"), value: t("kms.type.symmetric") },
          { label: t("kms.key.origin"), value: originText(row.Origin) },
          { label: t("kms.key.spec"), value: row.KeySpec ?? "–" },
          { label: t("kms.key.usage"), value: usageText(row.KeyUsage) },
        ]}
      />
    </Container>
  );
}
