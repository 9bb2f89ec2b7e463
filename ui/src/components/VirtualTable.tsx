import type { ReactNode } from "react";
import { cx } from "./classes";
import { useIsWide } from "./media";
import type { RowWindow } from "./row_window";

export const TABLE_HEAD_HEIGHT_PX = 34;

interface VirtualTableProps<T> {
  /** Spoken name. */
  label: string;
  rows: RowWindow<T>;
  /** How many there are; -1 where the end is not loaded yet. */
  total: number;
  /** The `th`s; their widths are the columns'. */
  head: ReactNode;
  /** One `tr`, which sets `aria-rowindex` to `index + 2`. */
  row: (item: T, index: number) => ReactNode;
  /** One `li`, in place of the row where there is little room. */
  card: (item: T, index: number) => ReactNode;
  /** Behind the last row. */
  end?: ReactNode;
  isBusy?: boolean;
}

/** A table of which only the visible rows are made, and cards on a narrow page. Fills what is above it. */
export function VirtualTable<T>(props: VirtualTableProps<T>) {
  const { label, rows, total, head, row, card, end, isBusy = false } = props;
  const isWide = useIsWide();
  const { box, before, after, shown } = rows;
  return (
    <div
      ref={box}
      aria-busy={isBusy}
      // Heights are set by what is in view, so the browser shall not hold on to a row by itself.
      className={cx("min-h-0 flex-1 overflow-auto [overflow-anchor:none]", isBusy && "opacity-60")}
    >
      {isWide ? (
        <table
          aria-label={label}
          aria-rowcount={total < 0 ? -1 : total + 1}
          className="w-full table-fixed border-separate border-spacing-0 bg-surface"
        >
          <thead className="sticky top-0 z-10 bg-surface text-left text-xs text-muted">
            <tr
              aria-rowindex={1}
              style={{ height: TABLE_HEAD_HEIGHT_PX }}
              className="[&>th]:border-b [&>th]:border-line [&>th]:px-2 [&>th]:font-medium"
            >
              {head}
            </tr>
          </thead>
          <tbody>
            <Gap height={before} />
            {shown.map(({ item, index }) => row(item, index))}
            <Gap height={after} />
          </tbody>
        </table>
      ) : (
        <ul aria-label={label} style={{ paddingTop: before, paddingBottom: after }}>
          {shown.map(({ item, index }) => card(item, index))}
        </ul>
      )}
      {end}
    </div>
  );
}

function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td style={{ height }} className="p-0" />
    </tr>
  );
}
