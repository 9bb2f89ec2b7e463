import { useEffect, useRef, useState } from "react";
import type { RunView } from "@/run/view";

const TICK_MS = 250;

/** Where open spans end for now: this moment, a few times a second, and for a run that has ended, its end. */
export function useNow({ lastAt, endedAt, status }: Pick<RunView, "lastAt" | "endedAt" | "status">): number {
  const last = useRef(lastAt ?? 0);
  last.current = lastAt ?? 0;
  const [now, setNow] = useState(Date.now);
  const isLive = endedAt === null && status !== "paused";
  useEffect(() => {
    // The server's clock may be ahead of this one.
    const tick = () => setNow(Math.max(Date.now(), last.current));
    tick();
    if (!isLive) return;
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [isLive]);
  return endedAt ?? now;
}
