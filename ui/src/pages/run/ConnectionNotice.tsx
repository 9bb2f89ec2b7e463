import { Wifi, WifiOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { StreamState } from "@/api/stream";

const BACK_SHOWN_MS = 5_000;

/** Tells when the connection is lost, and when it is back. */
export function ConnectionNotice({ connection }: { connection: StreamState }) {
  const wasLost = useRef(false);
  const [isBack, setBack] = useState(false);
  useEffect(() => {
    if (connection === "reconnecting") {
      wasLost.current = true;
      setBack(false);
      return;
    }
    const isGood = connection === "live" || connection === "ended";
    if (!isGood || !wasLost.current) return;
    wasLost.current = false;
    setBack(true);
    const timer = setTimeout(() => setBack(false), BACK_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [connection]);
  const isLost = connection === "reconnecting";
  return (
    <div role="status" className="shrink-0">
      {isLost && (
        <p className="flex items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-warn">
          <WifiOff size={14} aria-hidden /> The connection is lost. Trying again; nothing gets lost.
        </p>
      )}
      {isBack && !isLost && (
        <p className="flex items-center gap-2 border-b border-line bg-ok-soft px-4 py-1.5 text-ok">
          <Wifi size={14} aria-hidden /> Connected again. The run goes on where it was.
        </p>
      )}
    </div>
  );
}
