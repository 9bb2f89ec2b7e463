/** The piece of a run that the waterfall shows, in milliseconds since the run began. */

export interface TimeWindow {
  from: number;
  to: number;
}

const SPAN_MIN_MS = 1;
const TICK_STEPS = [1, 2, 5, 10];

function clamped(from: number, length: number, total: number): TimeWindow {
  const size = Math.min(total, Math.max(SPAN_MIN_MS, length));
  const start = Math.min(Math.max(0, from), total - size);
  return { from: start, to: start + size };
}

/** Null for a window that shows all. */
function unlessAll(window: TimeWindow, total: number): TimeWindow | null {
  return window.from <= 0 && window.to >= total ? null : window;
}

/** `factor` below 1 comes nearer; the time `anchor` stays where it is. */
export function zoomed(
  window: TimeWindow,
  factor: number,
  total: number,
  anchor = (window.from + window.to) / 2,
): TimeWindow | null {
  const length = (window.to - window.from) * factor;
  const share = (anchor - window.from) / (window.to - window.from);
  return unlessAll(clamped(anchor - length * share, length, total), total);
}

/** `share` of the window's own length; negative goes back in time. */
export function panned(window: TimeWindow, share: number, total: number): TimeWindow | null {
  const length = window.to - window.from;
  return unlessAll(clamped(window.from + length * share, length, total), total);
}

/** The window between two times in any order. */
export function between(one: number, other: number, total: number): TimeWindow | null {
  const from = Math.min(one, other);
  return unlessAll(clamped(from, Math.max(one, other) - from, total), total);
}

/** Round times in the window, at most `count` and a few. */
export function ticksOf({ from, to }: TimeWindow, count: number): number[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (TICK_STEPS.find((one) => one * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step); index * step <= to; index++) ticks.push(index * step);
  return ticks;
}

/** As the address has it: `120-900`. */
export function windowText(window: TimeWindow | null): string | null {
  return window && `${round(window.from)}-${round(window.to)}`;
}

const round = (ms: number) => Math.round(ms * 10) / 10;

export function parseWindow(text: string | null, total: number): TimeWindow | null {
  const [, from, to] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text ?? "") ?? [];
  if (from === undefined || to === undefined || Number(from) >= Number(to)) return null;
  return between(Number(from), Number(to), total);
}

/** Where a span lies in the window, in percent of it; null outside. */
export function placeOf(
  window: TimeWindow,
  start: number,
  end: number,
): { left: number; width: number } | null {
  if (end < window.from || start > window.to) return null;
  const length = window.to - window.from;
  const left = ((Math.max(start, window.from) - window.from) / length) * 100;
  const right = ((Math.min(end, window.to) - window.from) / length) * 100;
  return { left, width: right - left };
}
