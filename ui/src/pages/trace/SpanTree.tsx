/** Items as a tree that arrow keys walk (https://www.w3.org/WAI/ARIA/apg/patterns/treeview/); only seen rows are made. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type ReactNode, type RefObject, useEffect, useId, useState } from "react";
import { cx } from "@/components/classes";
import type { OutlineRow } from "./outline";
import { stepTo } from "./tree_keys";

const ROW_HEIGHT_PX = 28;
const OVERSCAN_ROWS = 8;

interface SpanTreeProps {
  label: string;
  rows: readonly OutlineRow[];
  selected: string | null;
  onSelect: (key: string) => void;
  onToggle: (key: string) => void;
  /** The box that scrolls. */
  box: RefObject<HTMLDivElement | null>;
  /** Stays above the rows while they scroll; for the eye only. */
  header?: ReactNode;
  /** Height of `header` in pixels. */
  headerHeight?: number;
  /** Behind all rows; for the eye only. */
  backdrop?: ReactNode;
  /** Of a row; its text is the row's name. Rows are made anew when this is another function. */
  children: (row: OutlineRow) => ReactNode;
}

interface RowBoxProps {
  id: string;
  row: OutlineRow;
  top: number;
  isSelected: boolean;
  isActive: boolean;
  onPick: (key: string) => void;
  children: (row: OutlineRow) => ReactNode;
}

const RowBox = memo(function RowBox({ id, row, top, isSelected, isActive, onPick, children }: RowBoxProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the tree (aria-activedescendant)
    <div
      id={id}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={isSelected}
      aria-expanded={row.isOpen ?? undefined}
      onClick={() => onPick(row.key)}
      style={{ transform: `translateY(${top}px)`, height: ROW_HEIGHT_PX }}
      className={cx(
        "absolute top-0 left-0 w-full cursor-pointer border-b border-line/40",
        isSelected ? "bg-accent-soft" : "hover:bg-raised/70",
        isActive &&
          "group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-accent",
      )}
    >
      {children(row)}
    </div>
  );
});

/** The row that keys act on: the selected one, until they walk on. */
function useActive(rows: readonly OutlineRow[], selected: string | null) {
  const [walked, setWalked] = useState<string | null>(null);
  useEffect(() => {
    if (selected !== null) setWalked(selected);
  }, [selected]);
  const index = rows.findIndex((row) => row.key === walked);
  return { active: Math.max(0, index), setWalked };
}

/** What keys do on the tree. */
function useKeys(
  { rows, selected, onSelect, onToggle }: SpanTreeProps,
  active: number,
  walk: (key: string) => void,
) {
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = stepTo(event.key, rows, active);
    if (!step) return;
    event.preventDefault();
    if (step.kind === "toggle") return onToggle(step.key);
    walk(step.key);
    // A selection that is shown goes along; where none is, walking opens none.
    if (step.kind === "select" || selected !== null) onSelect(step.key);
  };
}

export function SpanTree(props: SpanTreeProps) {
  const { label, rows, selected, onSelect, box, header, headerHeight = 0, backdrop, children } = props;
  const id = useId();
  const { active, setWalked } = useActive(rows, selected);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN_ROWS,
    paddingStart: headerHeight,
    scrollPaddingStart: headerHeight,
  });
  useEffect(() => virtual.scrollToIndex(active, { align: "auto" }), [active, virtual]);
  const onKeyDown = useKeys(props, active, setWalked);
  const shown = virtual.getVirtualItems();
  const isActiveShown = shown.some((one) => one.index === active);
  return (
    <div
      ref={box}
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={isActiveShown ? `${id}-${rows[active]?.key}` : undefined}
      onKeyDown={onKeyDown}
      className="group h-full overflow-x-hidden overflow-y-auto -outline-offset-2"
    >
      <div role="none" className="relative min-h-full w-full" style={{ height: virtual.getTotalSize() }}>
        {header && (
          <div aria-hidden className="sticky top-0 z-10 bg-surface">
            {header}
          </div>
        )}
        {backdrop && (
          <div aria-hidden className="pointer-events-none absolute inset-0">
            {backdrop}
          </div>
        )}
        {shown.map(({ index, start }) => {
          const row = rows[index] as OutlineRow;
          return (
            <RowBox
              key={row.key}
              id={`${id}-${row.key}`}
              row={row}
              top={start}
              isSelected={row.key === selected}
              isActive={index === active}
              onPick={onSelect}
            >
              {children}
            </RowBox>
          );
        })}
      </div>
    </div>
  );
}
