// Settings that the server stores for clients and does not apply yet, shown in their place with a note.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Unavailable } from "../../../components/Unavailable";
import { type MessageKey, t } from "../../../i18n";

function StoredOnly({ title, why }: { title: MessageKey; why: MessageKey }) {
  return (
    <Container header={<Header variant="h2">{t(title)}</Header>}>
      <Unavailable>{t(why)}</Unavailable>
    </Container>
  );
}

/** Of the management of a bucket. */
export function StoredManagement() {
  return <StoredOnly title="s3.replication" why="s3.replication.why" />;
}

/** Of the properties of a bucket. */
export function StoredProperties() {
  return (
    <SpaceBetween size="l">
      <StoredOnly title="s3.logging" why="s3.logging.why" />
      <StoredOnly title="s3.notification" why="s3.notification.why" />
      <StoredOnly title="s3.acceleration" why="s3.acceleration.why" />
      <StoredOnly title="s3.requesterPays" why="s3.requesterPays.why" />
      <StoredOnly title="s3.website" why="s3.website.why" />
    </SpaceBetween>
  );
}
