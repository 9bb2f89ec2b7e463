import { type KeyboardEvent, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import type { RunEvent } from "@/api/events";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { VirtualList } from "@/components/VirtualList";
import { useSearchParams } from "@/shell/search_params";
import { FilterBar, useFilter } from "./event_filter";
import { EventRow } from "./event_row";
import { filtered, Pairs, spanOf } from "./event_rows";
import type { TraceTabProps } from "./tab_props";

const ROW_HEIGHT_PX = 29;
const NO_FILTER = { stream: null, type: null, text: null };

/** Up and down walk from row to row; the rows are buttons, and only the seen ones are there. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const button = (event.target as HTMLElement).closest("button[data-seq]");
  if (step === 0 || !button) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("button[data-seq]")].sort(
    (one, other) => Number(one.dataset.seq) - Number(other.dataset.seq),
  );
  const next = buttons[buttons.indexOf(button as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** Which rows are opened, where the list shall scroll to, and what a click does. */
function useRows(rows: readonly RunEvent[], at: number | null) {
  const [, change] = useSearchParams();
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [wanted, setWanted] = useState<number | null>(at);
  const latest = useRef(rows);
  latest.current = rows;
  const toggle = useCallback(
    (event: RunEvent) => {
      setOpened((before) => {
        const next = new Set(before);
        if (!next.delete(event.seq)) next.add(event.seq);
        return next;
      });
      change({ at: event.seq, item: spanOf(event) });
    },
    [change],
  );
  const seek = useCallback(
    (seq: number) => {
      // What the filter hides is shown all the same.
      const isShown = latest.current.some((event) => event.seq === seq);
      change(isShown ? { at: seq } : { ...NO_FILTER, at: seq });
      setWanted(seq);
    },
    [change],
  );
  const newest = () => {
    setWanted(rows.at(-1)?.seq ?? null);
    change({ at: null });
  };
  const goal = useMemo(
    () => (wanted === null ? null : rows.findIndex((event) => event.seq === wanted)),
    [rows, wanted],
  );
  return { opened, toggle, seek, newest, goal, showAll: () => change(NO_FILTER) };
}

export default function EventsTab({ run, at }: TraceTabProps) {
  const { events } = run;
  const [filter, changeFilter] = useFilter();
  const slow = useDeferredValue(filter);
  const rows = useMemo(() => filtered(events, slow), [events, slow]);
  const [index] = useState(() => new Pairs());
  const pairs = index.take(events);
  const { opened, toggle, seek, newest, goal, showAll } = useRows(rows, at);
  const origin = useMemo(() => Date.parse(events[0]?.time ?? ""), [events]);
  const partnerOfCurrent = pairs.partnerOf(at);
  const bar = { events, filter, shownCount: rows.length, onChange: changeFilter, onNewest: newest };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble from the rows, which are buttons
    <div className="flex h-full flex-col" onKeyDown={walk}>
      <FilterBar {...bar} />
      {rows.length === 0 ? (
        <EmptyState
          title="No event is like that"
          action={<Button onClick={showAll}>Show all events</Button>}
        />
      ) : (
        <VirtualList
          label="Events of the run"
          items={rows}
          keyOf={(event) => event.seq}
          estimate={ROW_HEIGHT_PX}
          scrollTo={goal}
          className="flex-1"
        >
          {(event) => (
            <EventRow
              event={event}
              since={Date.parse(event.time) - origin}
              partner={pairs.partnerOf(event.seq)}
              isOpen={opened.has(event.seq)}
              isCurrent={event.seq === at}
              isPartner={event.seq === partnerOfCurrent}
              onToggle={toggle}
              onSeek={seek}
            />
          )}
        </VirtualList>
      )}
    </div>
  );
}
