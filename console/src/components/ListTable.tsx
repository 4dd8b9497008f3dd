// A list with its four states (loading, empty, no match, error), filter, sorting, pages,
// selection and column choice. Give it a query and columns; it does the rest.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header, { type HeaderProps } from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useCollection } from "@cloudscape-design/collection-hooks";
import { Children, Fragment, isValidElement, type ReactNode, useRef, useState } from "react";
import type { Query } from "../aws/useQuery";
import { formatNumber, t } from "../i18n";
import { PartError } from "./Denied";
import { ErrorAlert } from "./ErrorAlert";

export type Column<T> = TableProps.ColumnDefinition<T> & {
  id: string;
  /** Plain text, for the filter and for sorting; a column without it takes part in neither. */
  text?: (item: T) => string;
  /** A number or date to sort by instead of the text. */
  order?: (item: T) => number;
  /** Not shown until the user asks for it. */
  optional?: true;
};

interface Props<T> {
  /** Kept in localStorage under this name: shown columns and page size. */
  name: string;
  query: Pick<Query<readonly T[]>, "data" | "error" | "loading" | "reload">;
  columns: readonly Column<T>[];
  trackBy: (item: T) => string;
  title: string;
  titleVariant?: HeaderProps.Variant;
  description?: ReactNode;
  /** Buttons at the right of the heading. */
  actions?: ReactNode;
  empty: { title: string; text?: string; action?: ReactNode };
  filterPlaceholder?: string;
  /** Text that the filter begins with. */
  startText?: string;
  /** More text of an item that the filter searches, beside its columns. */
  searchText?: (item: T) => string;
  /** More filters, beside the text filter. */
  filters?: ReactNode;
  selection?: "single" | "multi";
  selected?: readonly T[];
  onSelect?: (items: T[]) => void;
  selectionLabel?: (item: T) => string;
  isDisabled?: (item: T) => boolean;
  sortBy?: string;
  descending?: boolean;
  variant?: TableProps.Variant;
  pageSize?: number;
  footer?: ReactNode;
  /** A panel beside others: without the choice of columns and page size. */
  plain?: boolean;
}

const COLUMN_WIDTH_MIN_PX = 100;

/** Children of a fragment, so that buttons handed over in one get their distance. */
function spread(actions: ReactNode): ReactNode {
  return isValidElement<{ children?: ReactNode }>(actions) && actions.type === Fragment
    ? Children.toArray(actions.props.children)
    : actions;
}

interface Kept {
  pageSize?: number;
  columns?: string[];
}

function kept(name: string): Kept {
  try {
    return JSON.parse(localStorage.getItem(`shoseki.table.${name}`) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

function keep(name: string, value: Kept): void {
  try {
    localStorage.setItem(`shoseki.table.${name}`, JSON.stringify(value));
  } catch {
    // Storage may be refused; the choice then lasts until the page is left.
  }
}

function comparator<T>(column: Column<T>): ((a: T, b: T) => number) | undefined {
  const { order, text } = column;
  if (order) return (a, b) => order(a) - order(b);
  if (text) return (a, b) => text(a).localeCompare(text(b));
  return undefined;
}

/**
 * The comparators of columns, the same ones at every rendering: by them the table
 * identifies the column that it is sorted by.
 */
function useSorters<T>(columns: readonly Column<T>[]): (column: Column<T>) => ((a: T, b: T) => number) | undefined {
  const latest = useRef(columns);
  latest.current = columns;
  const known = useRef(new Map<string, (a: T, b: T) => number>());
  return (column) => {
    if (!comparator(column)) return undefined;
    const { id } = column;
    const sorter =
      known.current.get(id) ??
      ((a, b) => {
        const now = latest.current.find((one) => one.id === id);
        return (now && comparator(now)?.(a, b)) ?? 0;
      });
    known.current.set(id, sorter);
    return sorter;
  };
}

function EmptyText({ title, text, action }: { title: string; text?: string; action?: ReactNode }) {
  return (
    <Box textAlign="center" margin={{ vertical: "xs" }} color="inherit">
      <SpaceBetween size="xs">
        <b>{title}</b>
        {text && <span>{text}</span>}
        {action}
      </SpaceBetween>
    </Box>
  );
}

export function ListTable<T>(props: Props<T>) {
  const { name, query, columns, trackBy, title, empty, selection, searchText, variant = "container" } = props;
  const [choice, setChoice] = useState<Kept>(() => kept(name));
  const pageSize = choice.pageSize ?? props.pageSize ?? 20;
  const shown = choice.columns ?? columns.filter((column) => !column.optional).map(({ id }) => id);
  const sorterOf = useSorters(columns);
  const definitions = columns.map((column) => {
    const sortingComparator = sorterOf(column);
    // Japanese may break anywhere, so a narrow column would show its heading vertically.
    const minWidth = column.minWidth ?? COLUMN_WIDTH_MIN_PX;
    return sortingComparator ? { ...column, minWidth, sortingComparator } : { ...column, minWidth };
  });
  const all = query.data ?? [];
  const start = definitions.find(({ id }) => id === props.sortBy);

  const { items, actions, filteredItemsCount, collectionProps, filterProps, paginationProps } = useCollection(all, {
    filtering: {
      empty: <EmptyText {...empty} />,
      noMatch: (
        <EmptyText
          title={t("common.noMatch")}
          action={<Button onClick={() => actions.setFiltering("")}>{t("common.clearFilter")}</Button>}
        />
      ),
      defaultFilteringText: props.startText,
      filteringFunction: (item, text) => {
        const wanted = text.trim().toLowerCase();
        if (wanted === "" || searchText?.(item).toLowerCase().includes(wanted)) return true;
        return columns.some((column) => column.text?.(item).toLowerCase().includes(wanted));
      },
    },
    pagination: { pageSize },
    sorting: start ? { defaultState: { sortingColumn: start, isDescending: props.descending } } : {},
    selection: { trackBy },
  });

  // A full page explains why it is empty; a part of a page shows one line.
  const Failed = variant === "full-page" ? ErrorAlert : PartError;
  const counter = query.data ? `(${formatNumber(all.length)})` : undefined;
  const label = props.selectionLabel ?? trackBy;
  const change = (next: Kept) => {
    setChoice(next);
    keep(name, next);
  };
  return (
    <Table
      {...collectionProps}
      empty={query.error ? <Failed error={query.error} onRetry={query.reload} /> : collectionProps.empty}
      items={query.error ? [] : items}
      columnDefinitions={definitions}
      columnDisplay={columns.map(({ id }) => ({ id, visible: shown.includes(id) }))}
      loading={query.loading && !query.data}
      loadingText={t("common.loading")}
      variant={variant}
      trackBy={trackBy}
      wrapLines
      stickyHeader={variant !== "embedded"}
      selectionType={selection}
      selectedItems={[...(props.selected ?? [])]}
      onSelectionChange={({ detail }) => props.onSelect?.(detail.selectedItems)}
      isItemDisabled={props.isDisabled}
      ariaLabels={{
        tableLabel: title,
        selectionGroupLabel: t("common.selection.group"),
        allItemsSelectionLabel: () => t("common.selection.all"),
        itemSelectionLabel: (_, item) => t("common.selection.item", { name: label(item) }),
      }}
      header={
        <Header
          variant={props.titleVariant ?? (variant === "full-page" ? "awsui-h1-sticky" : "h2")}
          counter={counter}
          description={props.description}
          actions={
            <SpaceBetween size="xs" direction="horizontal" alignItems="center">
              <Button
                iconName="refresh"
                ariaLabel={t("common.refresh")}
                loading={query.loading && query.data !== undefined}
                onClick={query.reload}
              />
              {spread(props.actions)}
            </SpaceBetween>
          }
        >
          {title}
        </Header>
      }
      filter={
        props.filterPlaceholder || props.filters ? (
          <SpaceBetween size="xs" direction="horizontal" alignItems="end">
            {props.filterPlaceholder && (
              <div className="filter">
                <TextFilter
                  {...filterProps}
                  filteringPlaceholder={props.filterPlaceholder}
                  filteringAriaLabel={props.filterPlaceholder}
                  filteringClearAriaLabel={t("common.clearFilter")}
                  countText={t("common.matches", { count: formatNumber(filteredItemsCount ?? 0) })}
                />
              </div>
            )}
            {props.filters}
          </SpaceBetween>
        ) : undefined
      }
      pagination={
        all.length > pageSize ? (
          <Pagination
            {...paginationProps}
            ariaLabels={{
              nextPageLabel: t("common.page.next"),
              previousPageLabel: t("common.page.previous"),
              pageLabel: (page) => t("common.page.number", { page }),
            }}
          />
        ) : undefined
      }
      preferences={
        variant === "embedded" || props.plain ? undefined : (
          <CollectionPreferences
            title={t("common.preferences")}
            confirmLabel={t("common.confirm")}
            cancelLabel={t("common.cancel")}
            preferences={{ pageSize, visibleContent: shown }}
            onConfirm={({ detail }) =>
              change({ pageSize: detail.pageSize, columns: detail.visibleContent ? [...detail.visibleContent] : shown })
            }
            pageSizePreference={{
              title: t("common.preferences.pageSize"),
              options: [10, 20, 50].map((value) => ({ value, label: t("common.preferences.rows", { count: value }) })),
            }}
            visibleContentPreference={{
              title: t("common.preferences.columns"),
              options: [
                {
                  label: t("common.preferences.columns"),
                  options: columns.map(({ id, header }) => ({ id, label: String(header), editable: id !== columns[0]?.id })),
                },
              ],
            }}
          />
        )
      }
      footer={props.footer}
    />
  );
}
