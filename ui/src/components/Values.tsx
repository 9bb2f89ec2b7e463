import { useSyncExternalStore } from "react";
import type { Usage } from "@/api/model";
import { formatCost, formatCount, formatDuration, formatExact, formatRelative, type Time } from "./format";

const TICK_MS = 10_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

/** One clock for all times on the page. */
function subscribeClock(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) {
    // The clock stood still while nobody looked.
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

export function RelativeTime({ time }: { time: Time | null | undefined }) {
  const current = useSyncExternalStore(subscribeClock, () => now);
  if (time === null || time === undefined) return <span className="text-muted">–</span>;
  const date = new Date(time);
  return (
    <time dateTime={date.toISOString()} title={formatExact(date)} className="whitespace-nowrap">
      {formatRelative(date, current)}
    </time>
  );
}

export function Duration({ ms }: { ms: number | null | undefined }) {
  if (ms === null || ms === undefined) return <span className="text-muted">–</span>;
  return (
    <span title={`${ms} ms`} className="whitespace-nowrap tabular-nums">
      {formatDuration(ms)}
    </span>
  );
}

export function Cost({ usd }: { usd: number | null | undefined }) {
  return <span className="whitespace-nowrap tabular-nums">{formatCost(usd)}</span>;
}

/** Tokens in and out; the title has all of the usage. */
export function Tokens({ usage }: { usage: Usage }) {
  const title = Object.entries(usage)
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${value ?? "unknown"}`)
    .join("\n");
  return (
    <span title={title} className="whitespace-nowrap tabular-nums">
      {formatCount(usage.input_tokens)} in · {formatCount(usage.output_tokens)} out
    </span>
  );
}
