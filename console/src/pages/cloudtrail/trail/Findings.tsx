// What a validation found, file by file, with links to the files.
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import type { Finding } from "../../../aws/inquiry";
import { formatNumber, lookup, t } from "../../../i18n";
import { printable } from "../../../i18n/printable";
import { bucketHref, objectHref } from "../../s3/paths";

const PAGE = 50;
/** Nothing lies there any more, so there is nothing to open but the folder. */
const GONE = "MISSING";

export function Findings({ findings, leftOut }: { findings: readonly Finding[]; leftOut: number }) {
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(findings.length / PAGE));
  const at = Math.min(page, pages);
  if (findings.length === 0) return null;
  return (
    <Table
      variant="embedded"
      header={
        <Header variant="h3" counter={`(${formatNumber(findings.length + leftOut)})`}>
          {t("validate.findings")}
        </Header>
      }
      ariaLabels={{ tableLabel: t("validate.findings") }}
      items={findings.slice((at - 1) * PAGE, at * PAGE)}
      wrapLines
      pagination={
        pages > 1 && (
          <Pagination currentPageIndex={at} pagesCount={pages} onChange={({ detail }) => setPage(detail.currentPageIndex)} />
        )
      }
      footer={leftOut > 0 && <Box textAlign="center">{t("validate.leftOut", { count: formatNumber(leftOut) })}</Box>}
      columnDefinitions={[
        {
          id: "code",
          header: t("validate.finding"),
          cell: ({ Code }) => (
            <StatusIndicator type={Code === "GAP" ? "info" : Code === "UNREADABLE" ? "warning" : "error"}>
              {lookup(`validate.code.${Code}`) ?? Code}
            </StatusIndicator>
          ),
          minWidth: 140,
        },
        { id: "kind", header: t("validate.kind"), cell: ({ Kind }) => lookup(`validate.kind.${Kind}`) ?? Kind, minWidth: 120 },
        { id: "place", header: t("validate.place"), cell: (finding) => <Place finding={finding} />, isRowHeader: true, minWidth: 320 },
        { id: "message", header: t("validate.message"), cell: ({ Message }) => printable(Message), minWidth: 180 },
        { id: "region", header: t("history.region"), cell: ({ Region }) => Region },
      ]}
    />
  );
}

function Place({ finding: { Bucket, Key, Code } }: { finding: Finding }) {
  if (!Bucket || Key === undefined) return <>–</>;
  const folder = Key.slice(0, Key.lastIndexOf("/") + 1);
  const href = Code === GONE || Key.endsWith("/") ? bucketHref(Bucket, "objects", folder) : objectHref(Bucket, Key);
  return <Link href={href}>{printable(`s3://${Bucket}/${Key}`)}</Link>;
}
