/** Which approval is chosen, and the keys that act on it. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Approval } from "@/api/model";
import { useShortcuts } from "@/shell/commands";
import { useSearchParams } from "@/shell/search_params";

/** Where the selection goes when `id` leaves: the next row, else the one before. */
export function neighbour(rows: readonly Approval[], id: string): string | null {
  const at = rows.findIndex((row) => row.id === id);
  return (rows[at + 1] ?? rows[at - 1])?.id ?? null;
}

export interface Selection {
  /** What the address names. */
  item: string | null;
  /** What is chosen, though it may be gone from the list. */
  current: string | null;
  /** Its place in the list, or -1. */
  index: number;
  chosen: Approval | null;
  select: (id: string | null) => void;
}

/**
 * The address's choice, else the first row. That one is kept by its id too: one that comes in above, or takes the
 * place of one that leaves, shall not slip under a key that is being pressed.
 */
export function useSelection(rows: readonly Approval[], decided: ReadonlySet<string>): Selection {
  const [params, change] = useSearchParams();
  const item = params.get("item");
  const [first, setFirst] = useState<string | null>(null);
  const top = rows[0]?.id ?? null;
  if (top !== null && (first === null || decided.has(first))) setFirst(top);
  const current = item ?? first;
  const index = rows.findIndex((row) => row.id === current);
  return useMemo(
    () => ({
      item,
      current,
      index,
      chosen: rows[index] ?? null,
      select: (id: string | null) => change({ item: id }),
    }),
    [item, current, index, rows, change],
  );
}

export interface Actions {
  onApprove: () => void;
  onDeny: () => void;
  onEdit: () => void;
}

export function useInboxKeys(
  rows: readonly Approval[],
  selection: Selection,
  actions: Actions,
  isBusy: boolean,
): void {
  const latest = useRef({ rows, selection, actions, isBusy });
  useEffect(() => {
    latest.current = { rows, selection, actions, isBusy };
  });
  const shortcuts = useMemo(() => {
    const move = (by: number) => () => {
      const { rows, selection } = latest.current;
      const to = rows[Math.min(rows.length - 1, Math.max(0, selection.index + by))];
      if (to) selection.select(to.id);
    };
    const act = (name: keyof Actions) => () => {
      const { selection, actions, isBusy } = latest.current;
      if (selection.chosen && !isBusy) actions[name]();
    };
    return [
      { keys: "j", title: "Next approval", run: move(1) },
      { keys: "k", title: "Previous approval", run: move(-1) },
      { keys: "a", title: "Approve", run: act("onApprove"), isOnce: true },
      { keys: "d", title: "Deny, with a reason", run: act("onDeny"), isOnce: true },
      { keys: "e", title: "Edit the arguments, then approve", run: act("onEdit"), isOnce: true },
    ];
  }, []);
  useShortcuts(shortcuts);
}
