/** A list that is scrolled does not move: new rows at its top wait until they are asked for. */
import { useEffect, useState } from "react";
import type { Run } from "@/api/model";

/** How many rows at the top are newer than `top`. */
export function newerCount(rows: readonly Run[], top: Run): number {
  const place = rows.findIndex((row) => row.id === top.id || row.created_at < top.created_at);
  return place < 0 ? rows.length : place;
}

/** `isAway`: the list is scrolled. */
export function useHeld(rows: readonly Run[], isAway: boolean): { held: readonly Run[]; newCount: number } {
  const [top, setTop] = useState<Run | null>(null);
  const first = rows[0] ?? null;
  useEffect(() => {
    if (!isAway) setTop(null);
    else setTop((kept) => kept ?? first);
  }, [isAway, first]);
  const newCount = top ? newerCount(rows, top) : 0;
  return { held: newCount > 0 ? rows.slice(newCount) : rows, newCount };
}
