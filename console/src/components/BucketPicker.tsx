// Chooses a bucket: type its name, or browse the account's buckets in a dialog.
import { type Bucket, ListBucketsCommand } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Grid from "@cloudscape-design/components/grid";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useClients } from "../aws/clients";
import { everyPage, type Query, useQuery } from "../aws/useQuery";
import { t } from "../i18n";
import { ListTable } from "./ListTable";
import { Time } from "./Time";

export function useBuckets(): Query<readonly Bucket[]> {
  const { s3 } = useClients();
  return useQuery<readonly Bucket[]>(
    (abortSignal) =>
      everyPage(
        (ContinuationToken) => s3.send(new ListBucketsCommand({ ContinuationToken, MaxBuckets: PAGE }), { abortSignal }),
        (answer) => answer.ContinuationToken,
        (answer) => answer.Buckets,
      ),
    [s3],
  );
}

interface Props {
  value: string;
  onChange: (name: string) => void;
  invalid?: boolean;
  ariaLabel?: string;
}

/** S3 returns the buckets' regions only in paginated lists. */
const PAGE = 1000;

/** Put it in a `FormField`. */
export function BucketPicker({ value, onChange, invalid, ariaLabel }: Props) {
  const query = useBuckets();
  const [browsing, setBrowsing] = useState(false);
  return (
    <>
      <Grid gridDefinition={[{ colspan: { default: 12, xxs: 9 } }, { colspan: { default: 12, xxs: 3 } }]}>
        <Autosuggest
          value={value}
          options={(query.data ?? []).map(({ Name = "" }) => ({ value: Name }))}
          statusType={query.loading ? "loading" : "finished"}
          loadingText={t("common.loading")}
          empty={t("bucketPicker.empty")}
          placeholder={t("bucketPicker.placeholder")}
          enteredTextLabel={(entered) => t("common.use", { text: entered })}
          invalid={invalid}
          ariaLabel={ariaLabel}
          onChange={({ detail }) => onChange(detail.value)}
        />
        <Button onClick={() => setBrowsing(true)} iconName="search">
          {t("bucketPicker.browse")}
        </Button>
      </Grid>
      {browsing && (
        <Browse
          query={query}
          onDismiss={() => setBrowsing(false)}
          onChoose={(name) => {
            setBrowsing(false);
            onChange(name);
          }}
        />
      )}
    </>
  );
}

function Browse(props: { query: Query<readonly Bucket[]>; onDismiss: () => void; onChoose: (name: string) => void }) {
  const [selected, setSelected] = useState<Bucket[]>([]);
  const name = selected[0]?.Name;
  return (
    <Modal
      visible
      size="large"
      header={t("bucketPicker.title")}
      closeAriaLabel={t("shell.close")}
      onDismiss={props.onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={props.onDismiss}>
              {t("common.cancel")}
            </Button>
            <Button variant="primary" disabled={!name} onClick={() => name && props.onChoose(name)}>
              {t("bucketPicker.choose")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <ListTable
        name="bucket-picker"
        variant="embedded"
        query={props.query}
        title={t("bucketPicker.buckets")}
        trackBy={({ Name = "" }) => Name}
        selection="single"
        selected={selected}
        onSelect={setSelected}
        filterPlaceholder={t("bucketPicker.find")}
        empty={{ title: t("bucketPicker.empty") }}
        sortBy="name"
        columns={[
          { id: "name", header: t("common.name"), cell: ({ Name }) => Name, text: ({ Name = "" }) => Name, isRowHeader: true },
          {
            id: "created",
            header: t("common.created"),
            cell: ({ CreationDate }) => <Time value={CreationDate} />,
            order: ({ CreationDate }) => CreationDate?.getTime() ?? 0,
          },
        ]}
      />
    </Modal>
  );
}
