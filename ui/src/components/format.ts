/** Numbers and times as people read them. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export type Time = string | number | Date;

export function formatRelative(time: Time, now: number): string {
  const distance = new Date(time).getTime() - now;
  const size = Math.abs(distance);
  if (size < 10 * SECOND_MS) return "just now";
  if (size < MINUTE_MS) return relative.format(Math.round(distance / SECOND_MS), "second");
  if (size < HOUR_MS) return relative.format(Math.round(distance / MINUTE_MS), "minute");
  if (size < DAY_MS) return relative.format(Math.round(distance / HOUR_MS), "hour");
  return relative.format(Math.round(distance / DAY_MS), "day");
}

/** Local time, and UTC behind it. */
export function formatExact(time: Time): string {
  const date = new Date(time);
  return `${exact.format(date)} (${date.toISOString()})`;
}

export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 2 : 1)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
}

/** Null where no price is known, which is not the same as free. */
export function formatCost(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return "no price";
  if (usd === 0) return "$0";
  return usd < 0.01 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
}

export function formatCount(count: number): string {
  return count < 10_000 ? count.toLocaleString("en") : compact.format(count);
}
