import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import { cx } from "./classes";

interface VirtualListProps<T> {
  /** Spoken name of the list. */
  label: string;
  items: readonly T[];
  keyOf: (item: T, index: number) => string | number;
  /** Guess of a row's height in pixels; rows are measured. */
  estimate: number;
  children: (item: T, index: number) => ReactNode;
  /** Called when the end comes into view: ask for the next page. */
  onEnd?: () => void;
  /** Row to bring into view. */
  scrollTo?: number | null;
  className?: string;
}

/** Rows of which only the visible ones are made. It scrolls itself: give it a height (`flex-1 min-h-0`). */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { label, items, keyOf, estimate, children, onEnd, scrollTo, className } = props;
  const box = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => estimate,
    getItemKey: (index) => keyOf(items[index] as T, index),
    overscan: 8,
  });
  const shown = rows.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (items.length > 0 && lastShown >= items.length - 1) onEnd?.();
  }, [lastShown, items.length, onEnd]);
  useEffect(() => {
    if (typeof scrollTo === "number" && scrollTo >= 0) rows.scrollToIndex(scrollTo, { align: "auto" });
  }, [scrollTo, rows]);
  return (
    <section
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      className={cx("min-h-0 overflow-auto", className)}
    >
      <ul className="relative w-full" style={{ height: rows.getTotalSize() }}>
        {shown.map((row) => (
          <li
            key={row.key}
            data-index={row.index}
            ref={rows.measureElement}
            aria-setsize={items.length}
            aria-posinset={row.index + 1}
            className="absolute top-0 left-0 w-full"
            style={{ transform: `translateY(${row.start}px)` }}
          >
            {children(items[row.index] as T, row.index)}
          </li>
        ))}
      </ul>
    </section>
  );
}
