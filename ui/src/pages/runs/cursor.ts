/** Moving over rows by keyboard: the row's link takes the focus, so that Enter opens it. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useShortcuts } from "@/shell/commands";

interface CursorOptions {
  order: readonly string[];
  scrollTo: (index: number) => void;
  onToggle: (id: string, isRange: boolean) => void;
}

export interface Cursor {
  at: string | null;
  setAt: (id: string) => void;
  /** Id of the row that shall take the focus as soon as it is there. */
  focusWanted: RefObject<string | null>;
}

export function useCursor(options: CursorOptions): Cursor {
  const [at, setAt] = useState<string | null>(null);
  const focusWanted = useRef<string | null>(null);
  // The keys are bound once, and see the list as it is when they are pressed.
  const latest = useRef({ ...options, at });
  useEffect(() => {
    latest.current = { ...options, at };
  });
  const move = useCallback((by: number) => {
    const { order, at: from, scrollTo } = latest.current;
    const place = from === null ? -1 : order.indexOf(from);
    const next = place < 0 ? 0 : Math.min(Math.max(place + by, 0), order.length - 1);
    const id = order[next];
    if (id === undefined) return;
    focusWanted.current = id;
    setAt(id);
    scrollTo(next);
  }, []);
  const shortcuts = useMemo(
    () => [
      { keys: "j", title: "Next run (Enter opens it)", run: () => move(1) },
      { keys: "k", title: "Run before", run: () => move(-1) },
      {
        keys: "x",
        title: "Choose the run (with Shift: all from the last one chosen)",
        run: () => {
          const { at: id, onToggle } = latest.current;
          if (id !== null) onToggle(id, false);
        },
      },
    ],
    [move],
  );
  useShortcuts(shortcuts);
  return useMemo(() => ({ at, setAt, focusWanted }), [at]);
}
