/** Which rows are chosen: one by one, a range from the last one, or all. */
import { useCallback, useMemo, useState } from "react";

export interface Chosen {
  ids: ReadonlySet<string>;
  /** The row that a range begins at. */
  anchor: string | null;
}

export const NONE: Chosen = { ids: new Set(), anchor: null };

/** With `isRange` all from the anchor to `id` become what `id` becomes. */
export function toggled(chosen: Chosen, id: string, order: readonly string[], isRange: boolean): Chosen {
  const ids = new Set(chosen.ids);
  const isOn = !ids.has(id);
  const [from, to] = [chosen.anchor === null ? -1 : order.indexOf(chosen.anchor), order.indexOf(id)];
  const touched =
    isRange && from >= 0 && to >= 0 ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
  for (const one of touched) {
    if (isOn) ids.add(one);
    else ids.delete(one);
  }
  return { ids, anchor: id };
}

export interface Selection {
  chosen: ReadonlySet<string>;
  toggle: (id: string, isRange: boolean) => void;
  setAll: (isOn: boolean) => void;
  clear: () => void;
}

/** `order`: the ids as they are listed. */
export function useSelection(order: readonly string[]): Selection {
  const [chosen, setChosen] = useState(NONE);
  const toggle = useCallback(
    (id: string, isRange: boolean) => setChosen((before) => toggled(before, id, order, isRange)),
    [order],
  );
  const setAll = useCallback(
    (isOn: boolean) => setChosen(isOn ? { ids: new Set(order), anchor: null } : NONE),
    [order],
  );
  const clear = useCallback(() => setChosen(NONE), []);
  return useMemo(() => ({ chosen: chosen.ids, toggle, setAll, clear }), [chosen, toggle, setAll, clear]);
}
