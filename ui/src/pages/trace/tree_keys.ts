/** Keys of a tree. */
import type { OutlineRow } from "./outline";

const PAGE_ROWS = 10;

export type TreeStep = { kind: "walk" | "select" | "toggle"; key: string };

/** How far a key walks among all rows; null for a key that does not. */
function target(key: string, index: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return index + 1;
    case "ArrowUp":
      return index - 1;
    case "PageDown":
      return index + PAGE_ROWS;
    case "PageUp":
      return index - PAGE_ROWS;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

/** Opens a closed row, walks into an open one. */
function inwards(rows: readonly OutlineRow[], index: number, row: OutlineRow): TreeStep | null {
  if (row.isOpen === null) return null;
  if (!row.isOpen) return { kind: "toggle", key: row.key };
  const next = rows[index + 1];
  return next?.parentKey === row.key ? { kind: "walk", key: next.key } : null;
}

/** Closes an open row, walks out of a closed one. */
function outwards(row: OutlineRow): TreeStep | null {
  if (row.isOpen) return { kind: "toggle", key: row.key };
  return row.parentKey === null ? null : { kind: "walk", key: row.parentKey };
}

/** What a key does while the row at `index` is the active one. */
export function stepTo(key: string, rows: readonly OutlineRow[], index: number): TreeStep | null {
  const row = rows[index];
  if (!row) return null;
  if (key === "Enter" || key === " ") return { kind: "select", key: row.key };
  if (key === "ArrowRight") return inwards(rows, index, row);
  if (key === "ArrowLeft") return outwards(row);
  const to = target(key, index, rows.length);
  if (to === null) return null;
  const next = rows[Math.min(rows.length - 1, Math.max(0, to))] as OutlineRow;
  return { kind: "walk", key: next.key };
}
