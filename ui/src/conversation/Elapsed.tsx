import { useEffect, useState } from "react";
import { Duration } from "@/components/Values";

const TICK_MS = 1000;

/** Time since `since`, by this device's clock, to the second. */
export function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  // Clocks of server and device differ; time never runs backwards here.
  const seconds = Math.max(0, Math.floor((now - since) / TICK_MS));
  return <Duration ms={seconds * TICK_MS} />;
}
