/** The waterfall's window: kept in the address (`zoom`), written there when a gesture rests. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "@/shell/search_params";
import { parseWindow, type TimeWindow, windowText } from "./time_window";

/** Browsers refuse a page that writes its address too often. */
const REST_MS = 250;

export type Zoom = (next: (window: TimeWindow) => TimeWindow | null) => void;

export function useZoom(total: number) {
  const [params, change] = useSearchParams();
  const [gesture, setGesture] = useState<{ window: TimeWindow | null } | null>(null);
  const kept = parseWindow(params.get("zoom"), total);
  const chosen = gesture ? gesture.window : kept;
  const { from, to } = chosen ?? { from: 0, to: total };
  const window = useMemo(() => ({ from, to }), [from, to]);
  const latest = useRef(window);
  latest.current = window;
  useEffect(() => {
    if (!gesture) return;
    const timer = setTimeout(() => {
      change({ zoom: windowText(gesture.window) });
      setGesture(null);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [gesture, change]);
  /** Takes what `next` makes of the window; null shows all. */
  const zoom: Zoom = useCallback((next) => {
    const wanted = next(latest.current);
    setGesture({ window: wanted });
    if (wanted) latest.current = wanted;
  }, []);
  return { window, isWhole: chosen === null, zoom };
}
