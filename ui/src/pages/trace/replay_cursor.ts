/** The place of the scrubber: moves at once, and gets into the address when it rests. */
import { useCallback, useEffect, useRef, useState } from "react";

/** Browsers refuse an address that changes with every frame. */
const ADDRESS_DELAY_MS = 150;

/** Takes `seq` of the address and its setter; returns `seq` as it is now (null: the newest), and how to move. */
export function useCursor(
  at: number | null,
  onSeek: (seq: number | null) => void,
): [number | null, (seq: number | null) => void] {
  const [moved, setMoved] = useState<{ seq: number | null } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const write = useRef(onSeek);
  write.current = onSeek;

  // biome-ignore lint/correctness/useExhaustiveDependencies: an address that changed by other means wins
  useEffect(() => {
    if (timer.current === null) setMoved(null);
  }, [at]);
  // What the user left for another page shall not bring this page's address back.
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);

  const seek = useCallback((seq: number | null) => {
    setMoved({ seq });
    clearTimeout(timer.current ?? undefined);
    timer.current = setTimeout(() => {
      timer.current = null;
      write.current(seq);
    }, ADDRESS_DELAY_MS);
  }, []);
  const given = at === null || Number.isNaN(at) ? null : at;
  return [moved ? moved.seq : given, seek];
}
