import { ArrowUp } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Run } from "@/api/model";
import type { RunFilters } from "@/api/queries";
import { useRunPages } from "@/api/run_pages";
import { Button } from "@/components/Button";
import { useHidden } from "@/components/deletion";
import { ErrorNote } from "@/components/ErrorNote";
import { ListEnd } from "@/components/ListEnd";
import { useIsWide } from "@/components/media";
import { useRowWindow } from "@/components/row_window";
import { Skeleton } from "@/components/Skeleton";
import { useScrollPlace } from "@/components/scroll_place";
import { TABLE_HEAD_HEIGHT_PX, VirtualTable } from "@/components/VirtualTable";
import { ActionBar } from "./action_bar";
import { useRunActions } from "./actions";
import { useCursor } from "./cursor";
import { useHeld } from "./held";
import { CARD_HEIGHT_PX, ROW_HEIGHT_PX, RunCard, RunHead, RunRow } from "./row";
import { useSelection } from "./selection";

interface RunListProps {
  /** Memoised. */
  filters: RunFilters;
  /** In place of a list without rows. */
  empty: ReactNode;
}

const idOf = (run: Run) => run.id;

/** Runs that stay true, newest first: chosen, steered and opened by mouse and keyboard. Fills its parent. */
export function RunList({ filters, empty }: RunListProps) {
  const pages = useRunPages(filters);
  const hidden = useHidden();
  const rows = useMemo(() => pages.rows.filter((run) => !hidden.has(run.id)), [pages.rows, hidden]);
  if (pages.isPending) return <Skeleton lines={8} />;
  if (pages.isError && rows.length === 0) {
    return <ErrorNote error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (rows.length === 0 && !pages.hasNextPage) return empty;
  return <Rows filters={filters} rows={rows} pages={pages} />;
}

interface RowsProps {
  filters: RunFilters;
  rows: readonly Run[];
  pages: ReturnType<typeof useRunPages>;
}

function Rows({ filters, rows, pages }: RowsProps) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = pages;
  const isWide = useIsWide();
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const { shownRows, newCount, view } = useShownRows(rows, isWide, loadMore);
  const order = useMemo(() => shownRows.map(idOf), [shownRows]);
  const selection = useSelection(order);
  const { chosen, toggle, setAll, clear } = selection;
  const chosenRuns = useMemo(
    () => (chosen.size === 0 ? [] : rows.filter((run) => chosen.has(run.id))),
    [rows, chosen],
  );
  const cursor = useCursor({ order, scrollTo: view.scrollTo, onToggle: toggle });
  const act = useRunActions();
  const { scrollTo } = view;
  useScrollPlace(view.box);
  const searched = useRef(filters);
  useEffect(() => {
    if (searched.current === filters) return;
    searched.current = filters; // Another search begins at its top.
    clear();
    scrollTo(0);
  }, [filters, clear, scrollTo]);
  const rowProps = (run: Run, index: number) => ({
    run,
    index,
    isChosen: chosen.has(run.id),
    isCursor: cursor.at === run.id,
    focusWanted: cursor.focusWanted,
    onToggle: toggle,
    onAction: act,
    onFocus: cursor.setAt,
  });
  const onKeyDown = (event: KeyboardEvent) => {
    // The page's shortcuts do not tell X from x.
    if (event.key !== "X" || cursor.at === null) return;
    event.preventDefault();
    toggle(cursor.at, true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble here from the focused row
    <div className="relative flex min-h-0 flex-1 flex-col" onKeyDown={onKeyDown}>
      {chosenRuns.length > 0 && <ActionBar chosen={chosenRuns} onAction={act} onClear={clear} />}
      <div className="relative flex min-h-0 flex-1 flex-col">
        {newCount > 0 && <NewPill count={newCount} onShow={() => scrollTo(0)} />}
        <VirtualTable
          label="Runs"
          rows={view}
          total={hasNextPage ? -1 : shownRows.length}
          isBusy={pages.isPlaceholderData}
          head={<RunHead chosenCount={chosenRuns.length} count={shownRows.length} onAll={setAll} />}
          row={(run, index) => <RunRow key={run.id} {...rowProps(run, index)} />}
          card={(run, index) => <RunCard key={run.id} {...rowProps(run, index)} />}
          end={<ListEnd pages={pages} />}
        />
      </div>
    </div>
  );
}

/** The rows to show, of which new ones are held back while the list is scrolled. */
function useShownRows(rows: readonly Run[], isWide: boolean, onEnd: () => void) {
  const [isAway, setAway] = useState(false);
  const { held, newCount } = useHeld(rows, isAway);
  const view = useRowWindow({
    items: held,
    rowHeight: isWide ? ROW_HEIGHT_PX : CARD_HEIGHT_PX,
    headHeight: isWide ? TABLE_HEAD_HEIGHT_PX : 0,
    onEnd,
    onAway: setAway,
  });
  return { shownRows: held, newCount, view };
}

function NewPill({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div role="status" className="absolute top-10 left-1/2 z-20 -translate-x-1/2">
      <Button
        size="sm"
        variant="primary"
        className="rounded-full! shadow-lg"
        icon={<ArrowUp size={14} aria-hidden />}
        onClick={onShow}
      >
        {count} new
      </Button>
    </div>
  );
}
