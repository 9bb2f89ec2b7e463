import { memo, useCallback, useRef } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import type { RunView } from "@/run/view";
import { KindIcon, StateIcon } from "./kinds";
import type { OutlineRow } from "./outline";
import { RowLabel } from "./RowLabel";
import { SpanTree } from "./SpanTree";
import type { TraceTabProps } from "./tab_props";
import { useNow } from "./use_now";
import { type Outline, useOutline } from "./use_outline";
import { useZoom } from "./use_zoom";
import { Axis, Backdrop, Overview } from "./waterfall_axis";
import { Bar } from "./waterfall_bar";
import { useWheel, useZoomActions, useZoomKeys, ZoomBar } from "./zoom_actions";

const COLUMNS = "grid grid-cols-[9rem_minmax(0,1fr)] md:grid-cols-[17rem_minmax(0,1fr)]";
const HEADER_HEIGHT_PX = 56;

interface ChartProps extends Pick<TraceTabProps, "item" | "onSelect"> {
  outline: Outline;
  spans: RunView["spans"];
  /** When the run began; milliseconds since 1970. */
  origin: number;
  now: number;
}

/** Drawn anew when a span changes or the clock ticks, and not for each piece of text that streams in. */
const Chart = memo(function Chart({ outline, spans, origin, now, item, onSelect }: ChartProps) {
  const { rows, toggle } = outline;
  const total = Math.max(1, now - origin);
  const { window, isWhole, zoom } = useZoom(total);
  const box = useRef<HTMLDivElement>(null);
  const selected = rows.find((row) => row.key === item)?.item;
  const place = selected ? { from: selected.start - origin, to: (selected.end ?? now) - origin } : null;
  const actions = useZoomActions(total, zoom, place);
  useZoomKeys(actions);
  useWheel(box, total, zoom);
  const shown = { spans, window, origin, now };
  const line = useCallback(
    (row: OutlineRow) => (
      <div className={`${COLUMNS} h-full items-center pr-2`}>
        <RowLabel row={row} onToggle={toggle}>
          <KindIcon kind={row.item.kind} />
          <span className="truncate text-xs">{row.item.label}</span>
          <StateIcon state={row.item.state} />
        </RowLabel>
        <div className="relative h-full overflow-hidden">
          <Bar item={row.item} window={window} origin={origin} now={now} />
        </div>
      </div>
    ),
    [toggle, window, origin, now],
  );
  const header = (
    <div className={`${COLUMNS} h-14 border-b border-line pr-2`}>
      <span className="self-end truncate px-3 pb-0.5 text-[0.6875rem] text-muted">ms since the start</span>
      <div data-part="axis" className="flex flex-col justify-between pt-1">
        <Overview {...shown} total={total} onZoom={zoom} />
        <Axis window={window} />
      </div>
    </div>
  );
  const backdrop = (
    <div className={`${COLUMNS} h-full pr-2`}>
      <div className="relative col-start-2">
        <Backdrop {...shown} />
      </div>
    </div>
  );
  const tree = { rows, selected: item, onSelect, onToggle: toggle, box };
  return (
    <>
      <ZoomBar actions={actions} isWhole={isWhole} hasSelection={selected !== undefined} />
      <div className="min-h-0 flex-1">
        <SpanTree
          {...tree}
          label="Waterfall of the run"
          header={header}
          headerHeight={HEADER_HEIGHT_PX}
          backdrop={backdrop}
        >
          {line}
        </SpanTree>
      </div>
    </>
  );
});

export default function WaterfallTab({ run, item, onSelect }: TraceTabProps) {
  const { view } = run;
  const outline = useOutline(run);
  const now = useNow(view);
  if (outline.rows.length === 0)
    return <EmptyState title="No event yet" text="The run waits for a worker." />;
  return (
    <div className="flex h-full flex-col">
      {outline.error && <ErrorNote error={outline.error} />}
      <Chart
        outline={outline}
        spans={view.spans}
        origin={view.createdAt ?? now}
        now={now}
        item={item}
        onSelect={onSelect}
      />
    </div>
  );
}
