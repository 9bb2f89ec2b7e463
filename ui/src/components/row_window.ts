/** Which rows of a long list are in view, for tables and lists with rows of one height. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** So many rows before the end the next page is asked for. */
const END_NEAR_COUNT = 20;
/** Rows made beyond the edges, so that scrolling finds them there. */
const OVERSCAN_COUNT = 8;
/** A list that is scrolled no further than this is at its top. */
const TOP_PX = 4;

interface RowWindowOptions<T> {
  items: readonly T[];
  /** Pixels. */
  rowHeight: number;
  /** Pixels of what stays at the top of the box, such as a table's head. */
  headHeight?: number;
  /** Called when the end is near: ask for the next page. */
  onEnd?: () => void;
  /** Told whether the list is scrolled away from its top; memoised. */
  onAway?: (isAway: boolean) => void;
}

export interface RowWindow<T> {
  box: RefObject<HTMLDivElement | null>;
  /** Pixels of the rows that are left out above and below. */
  before: number;
  after: number;
  shown: readonly { item: T; index: number }[];
  scrollTo: (index: number) => void;
}

/** Indexes of the rows to make, `to` excluded. */
interface Range {
  from: number;
  to: number;
}

export function useRowWindow<T>(options: RowWindowOptions<T>): RowWindow<T> {
  const { items, rowHeight, headHeight = 0, onEnd, onAway } = options;
  const box = useRef<HTMLDivElement>(null);
  const range = useRange(box, items.length, rowHeight, onAway);
  const from = Math.min(range.from, Math.max(items.length - 1, 0));
  const to = Math.min(range.to, items.length);
  const isNearEnd = to >= items.length - END_NEAR_COUNT;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that came may leave the end in view
  useEffect(() => {
    if (isNearEnd) onEnd?.();
  }, [isNearEnd, items.length, onEnd]);
  const scrollTo = useCallback(
    (index: number) => {
      const element = box.current;
      if (!element) return;
      const top = index * rowHeight;
      const bottom = top + rowHeight + headHeight - element.clientHeight;
      if (element.scrollTop > top) element.scrollTop = top;
      else if (element.scrollTop < bottom) element.scrollTop = bottom;
    },
    [rowHeight, headHeight],
  );
  return {
    box,
    before: from * rowHeight,
    after: (items.length - to) * rowHeight,
    shown: items.slice(from, to).map((item, offset) => ({ item, index: from + offset })),
    scrollTo,
  };
}

/** Follows the box: its scrolling, its size, and whether it is there at all. */
function useRange(
  box: RefObject<HTMLDivElement | null>,
  count: number,
  rowHeight: number,
  onAway: ((isAway: boolean) => void) | undefined,
): Range {
  const [range, setRange] = useState<Range>({ from: 0, to: 0 });
  const isThere = count > 0;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !isThere) return;
    const look = () => {
      const { scrollTop, clientHeight } = element;
      const from = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN_COUNT);
      const to = Math.ceil((scrollTop + clientHeight) / rowHeight) + OVERSCAN_COUNT;
      setRange((before) => (before.from === from && before.to === to ? before : { from, to }));
      onAway?.(scrollTop > TOP_PX);
    };
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [box, isThere, rowHeight, onAway]);
  return range;
}
