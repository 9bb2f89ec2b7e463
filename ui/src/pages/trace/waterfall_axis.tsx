import { type PointerEvent, useMemo, useRef, useState } from "react";
import { cx } from "@/components/classes";
import type { RunView, Span } from "@/run/view";
import { IDLE_KINDS, KINDS } from "./kinds";
import { between, panned, placeOf, type TimeWindow, ticksOf } from "./time_window";
import { useNarrow } from "./use_narrow";
import type { Zoom } from "./use_zoom";

const TICK_COUNT = 6;
/** On a phone. */
const TICK_NARROW_COUNT = 2;
const BRUSH_MIN_SHARE = 0.005;
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

function useTicks(window: TimeWindow): number[] {
  return ticksOf(window, useNarrow() ? TICK_NARROW_COUNT : TICK_COUNT);
}

/** Times in ms since the run began. */
export function Axis({ window }: { window: TimeWindow }) {
  const ticks = useTicks(window);
  return (
    <div className="relative h-5 overflow-hidden text-[0.6875rem] text-muted tabular-nums">
      {ticks.map((tick) => {
        const left = placeOf(window, tick, tick)?.left ?? 0;
        return (
          <span
            key={tick}
            className={cx("absolute whitespace-nowrap", left > 92 && "-translate-x-full")}
            style={{ left: `${left}%` }}
          >
            {number.format(tick)} ms
          </span>
        );
      })}
    </div>
  );
}

interface BackdropProps {
  spans: RunView["spans"];
  window: TimeWindow;
  origin: number;
  now: number;
}

/** Lines of the axis, and the times in which nothing ran, through all rows. */
export function Backdrop({ spans, window, origin, now }: BackdropProps) {
  const idle = spans.filter((span) => IDLE_KINDS.includes(span.kind));
  const ticks = useTicks(window);
  return (
    <>
      {ticks.map((tick) => (
        <span
          key={tick}
          className="absolute inset-y-0 w-px bg-line/60"
          style={{ left: `${placeOf(window, tick, tick)?.left ?? 0}%` }}
        />
      ))}
      {idle.map((span) => {
        const place = placeOf(window, span.start - origin, (span.end ?? now) - origin);
        return (
          place && (
            <span
              key={span.id}
              className={cx("absolute inset-y-0 border-x-0! opacity-25", KINDS[span.kind].bar)}
              style={{ left: `${place.left}%`, width: `${place.width}%` }}
            />
          )
        );
      })}
    </>
  );
}

/** Rectangles of many spans as one path, in a box of 1000 by 10. */
function pathOf(spans: readonly Span[], origin: number, now: number, total: number): string {
  const rectangle = (span: Span) => {
    const x = ((span.start - origin) / total) * 1000;
    const width = Math.max(1, (((span.end ?? now) - span.start) / total) * 1000);
    return `M${x.toFixed(1)} 2h${width.toFixed(1)}v6h-${width.toFixed(1)}z`;
  };
  return spans.map(rectangle).join("");
}

interface OverviewProps extends BackdropProps {
  total: number;
  onZoom: Zoom;
}

/** The whole run in one line. Dragging over it chooses the window; a click moves the window there. */
export function Overview({ spans, window, origin, now, total, onZoom }: OverviewProps) {
  const box = useRef<HTMLDivElement>(null);
  const [grip, setGrip] = useState<number | null>(null);
  const work = useMemo(() => spans.filter((span) => span.kind === "model" || span.kind === "tool"), [spans]);
  const idle = useMemo(() => spans.filter((span) => IDLE_KINDS.includes(span.kind)), [spans]);
  const timeAt = (event: PointerEvent) => {
    const { left, width } = (box.current as HTMLDivElement).getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * total;
  };
  const drag = (event: PointerEvent) => {
    if (grip === null) return;
    const time = timeAt(event);
    if (Math.abs(time - grip) > total * BRUSH_MIN_SHARE) onZoom(() => between(grip, time, total));
  };
  const drop = (event: PointerEvent) => {
    const time = timeAt(event);
    if (grip !== null && Math.abs(time - grip) <= total * BRUSH_MIN_SHARE) {
      onZoom((now) => panned(now, (time - (now.from + now.to) / 2) / (now.to - now.from), total));
    }
    setGrip(null);
  };
  const shown = placeOf({ from: 0, to: total }, window.from, window.to) ?? { left: 0, width: 100 };
  return (
    <div
      ref={box}
      data-part="overview"
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        setGrip(timeAt(event));
      }}
      onPointerMove={drag}
      onPointerUp={drop}
      className="relative h-6 cursor-crosshair touch-none overflow-hidden rounded border border-line bg-bg"
    >
      <svg
        viewBox="0 0 1000 10"
        preserveAspectRatio="none"
        className="absolute inset-0 size-full"
        aria-hidden
      >
        <path d={pathOf(work, origin, now, total)} className="fill-accent" />
        <path d={pathOf(idle, origin, now, total)} className="fill-warn-soft" />
      </svg>
      <span
        className="absolute inset-y-0 border-x-2 border-text bg-text/10"
        style={{ left: `${shown.left}%`, width: `${shown.width}%` }}
      />
    </div>
  );
}
