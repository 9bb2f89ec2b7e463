import type { CSSProperties } from "react";
import { cx } from "@/components/classes";
import { formatDuration } from "@/components/format";
import { KINDS } from "./kinds";
import type { Item, ItemKind } from "./outline";
import { placeOf, type TimeWindow } from "./time_window";

/** Right of this share of the window a bar's length is written before it. */
const FLIP_PERCENT = 82;

interface BarProps {
  item: Item;
  window: TimeWindow;
  /** When the run began; milliseconds since 1970. */
  origin: number;
  now: number;
}

const PALE: Partial<Record<ItemKind, string>> = {
  model: "border-accent bg-accent-soft",
  tool: "border-info bg-info-soft",
};

/** Before its first token a model is only waited for, and before its execution a tool: that part is pale. */
function Waiting({ item, window, origin, now }: BarProps) {
  if (item.busyFrom === null) return null;
  const wait = placeOf(window, item.start - origin, item.busyFrom - origin);
  const isSeen = item.busyFrom - origin <= window.to && item.busyFrom <= (item.end ?? now);
  if (!wait || !isSeen) return null;
  return (
    <>
      <span
        className={cx("absolute top-1.5 h-4 rounded-l-sm border", PALE[item.kind])}
        style={{ left: `${wait.left}%`, width: `${wait.width}%` }}
      />
      {item.kind === "model" && (
        <span
          data-mark="first-token"
          title={`First token after ${formatDuration(item.busyFrom - item.start)}`}
          className="absolute top-0.5 h-6 w-0.5 bg-text"
          style={{ left: `${wait.left + wait.width}%` }}
        />
      )}
    </>
  );
}

/** Behind the bar where there is room, else before it, else on it. */
function labelPlace(left: number, right: number): { className: string; style: CSSProperties } {
  if (right <= FLIP_PERCENT) return { className: "", style: { left: `${right}%` } };
  if (left >= 100 - FLIP_PERCENT) return { className: "", style: { right: `${100 - left}%` } };
  return { className: "rounded bg-surface -translate-x-1/2", style: { left: "50%" } };
}

export function Bar(props: BarProps) {
  const { item, window, origin, now } = props;
  const end = item.end ?? now;
  const place = placeOf(window, item.start - origin, end - origin);
  if (!place) return null;
  const length = item.kind === "handoff" ? "" : formatDuration(end - item.start);
  const right = place.left + place.width;
  const label = labelPlace(place.left, right);
  return (
    <>
      <span
        data-kind={item.kind}
        title={`${KINDS[item.kind].label} ${item.label}: ${length}, from ${Math.round(item.start - origin)} ms`}
        className={cx(
          "absolute top-1.5 h-4 min-w-[3px] rounded-sm",
          KINDS[item.kind].bar,
          item.state === "error" && "ring-1 ring-err",
          item.end === null && "rounded-r-none border-r-0",
        )}
        style={{ left: `${place.left}%`, width: `${place.width}%` }}
      />
      <Waiting {...props} />
      <span
        className={cx(
          "absolute top-1.5 px-1.5 text-[0.6875rem] leading-4 whitespace-nowrap text-muted tabular-nums",
          label.className,
        )}
        style={label.style}
      >
        {length}
        {item.end === null && " …"}
      </span>
    </>
  );
}
