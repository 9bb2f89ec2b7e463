import { Maximize2, ScanSearch, ZoomIn, ZoomOut } from "lucide-react";
import { type RefObject, useEffect, useMemo } from "react";
import { IconButton } from "@/components/Button";
import { useShortcuts } from "@/shell/commands";
import { KINDS } from "./kinds";
import type { ItemKind } from "./outline";
import { between, panned, type TimeWindow, zoomed } from "./time_window";
import type { Zoom } from "./use_zoom";

const ZOOM_STEP = 0.6;
const PAN_SHARE = 0.25;
const WHEEL_ZOOM_PER_PX = 0.004;
/** A selected span is shown with this share of its length around it. */
const MARGIN_SHARE = 0.1;
const LEGEND: readonly ItemKind[] = ["model", "tool", "subagent", "approval", "queue", "pause", "gap"];

/** Ctrl and the wheel, which a pinch is too, zooms; a sideways wheel pans; an upright one scrolls the rows. */
export function useWheel(box: RefObject<HTMLDivElement | null>, total: number, zoom: Zoom): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      const timeline = element.querySelector("[data-part=axis]")?.getBoundingClientRect();
      if (!timeline) return;
      const isZoom = event.ctrlKey || event.metaKey;
      const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (!isZoom && Math.abs(sideways) <= (event.shiftKey ? 0 : Math.abs(event.deltaY))) return;
      event.preventDefault();
      if (!isZoom) return zoom((now) => panned(now, sideways / timeline.width, total));
      const share = Math.min(1, Math.max(0, (event.clientX - timeline.left) / timeline.width));
      const factor = Math.exp(event.deltaY * WHEEL_ZOOM_PER_PX);
      zoom((now) => zoomed(now, factor, total, now.from + (now.to - now.from) * share));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [box, total, zoom]);
}

/** `place` is where the selected item lies. */
export function useZoomActions(total: number, zoom: Zoom, place: TimeWindow | null) {
  const from = place?.from ?? null;
  const to = place?.to ?? null;
  return useMemo(() => {
    const selected = () => {
      if (from === null || to === null) return;
      const margin = Math.max(1, (to - from) * MARGIN_SHARE);
      zoom(() => between(Math.max(0, from - margin), Math.min(total, to + margin), total));
    };
    return {
      nearer: () => zoom((now) => zoomed(now, ZOOM_STEP, total)),
      farther: () => zoom((now) => zoomed(now, 1 / ZOOM_STEP, total)),
      whole: () => zoom(() => null),
      earlier: () => zoom((now) => panned(now, -PAN_SHARE, total)),
      later: () => zoom((now) => panned(now, PAN_SHARE, total)),
      selected,
    };
  }, [total, zoom, from, to]);
}

type ZoomActions = ReturnType<typeof useZoomActions>;

export function useZoomKeys(actions: ZoomActions): void {
  const shortcuts = useMemo(
    () => [
      { keys: "+", title: "Waterfall: nearer", run: actions.nearer },
      { keys: "-", title: "Waterfall: farther", run: actions.farther },
      { keys: "0", title: "Waterfall: the whole run", run: actions.whole },
      { keys: "a", title: "Waterfall: earlier", run: actions.earlier },
      { keys: "d", title: "Waterfall: later", run: actions.later },
      { keys: "f", title: "Waterfall: zoom to the selection", run: actions.selected },
    ],
    [actions],
  );
  useShortcuts(shortcuts);
}

function Legend() {
  return (
    <ul aria-label="Legend" className="ml-auto flex flex-wrap gap-x-3 gap-y-1 text-xs text-muted">
      {LEGEND.map((kind) => (
        <li key={kind} className="flex items-center gap-1">
          <span aria-hidden className={`inline-block h-3 w-5 rounded-sm ${KINDS[kind].bar}`} />
          {KINDS[kind].label}
        </li>
      ))}
      <li className="flex items-center gap-1">
        <span aria-hidden className="inline-block h-3.5 w-0.5 bg-text" />
        First token
      </li>
    </ul>
  );
}

interface ZoomBarProps {
  actions: ZoomActions;
  isWhole: boolean;
  hasSelection: boolean;
}

export function ZoomBar({ actions, isWhole, hasSelection }: ZoomBarProps) {
  const icon = { size: 15, "aria-hidden": true };
  const buttons = [
    { label: "Zoom in", Icon: ZoomIn, onClick: actions.nearer, disabled: false },
    { label: "Zoom out", Icon: ZoomOut, onClick: actions.farther, disabled: isWhole },
    { label: "Show the whole run", Icon: Maximize2, onClick: actions.whole, disabled: isWhole },
    { label: "Zoom to the selection", Icon: ScanSearch, onClick: actions.selected, disabled: !hasSelection },
  ];
  return (
    <div className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1">
      {buttons.map(({ label, Icon, onClick, disabled }) => (
        <IconButton
          key={label}
          label={label}
          size="sm"
          icon={<Icon {...icon} />}
          onClick={onClick}
          disabled={disabled}
        />
      ))}
      <Legend />
    </div>
  );
}
