import { memo, useCallback, useRef } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Duration } from "@/components/Values";
import { detailOf, usageLine, usageOf } from "./details";
import { KINDS, KindIcon, StateIcon } from "./kinds";
import type { OutlineRow } from "./outline";
import { RowLabel } from "./RowLabel";
import { SpanTree } from "./SpanTree";
import type { TraceTabProps } from "./tab_props";
import { type Outline, useOutline } from "./use_outline";

function Line({ row, onToggle }: { row: OutlineRow; onToggle: (key: string) => void }) {
  const { item, view } = row;
  const usage = usageOf(view, item);
  const detail = detailOf(view, item);
  const isPlain = item.kind === "step" || item.kind === "queue" || item.kind === "pause";
  return (
    <div className="flex h-full items-center gap-2 pr-3">
      <RowLabel row={row} onToggle={onToggle}>
        <KindIcon kind={item.kind} />
        {!isPlain && (
          <span aria-hidden className="text-xs text-muted max-sm:hidden">
            {KINDS[item.kind].label}
          </span>
        )}
        <span className="truncate font-medium">{item.label}</span>
        <StateIcon state={item.state} />
      </RowLabel>
      <span className="min-w-0 flex-1 truncate text-xs text-muted" title={detail}>
        {detail}
      </span>
      {usage && (
        <span className="shrink-0 text-xs text-muted tabular-nums max-md:hidden">{usageLine(usage)}</span>
      )}
      <span className="w-16 shrink-0 text-right text-xs tabular-nums">
        {item.end === null ? "…" : item.kind === "handoff" ? "" : <Duration ms={item.end - item.start} />}
      </span>
    </div>
  );
}

type TreeProps = Pick<TraceTabProps, "item" | "onSelect"> & { outline: Outline };

const Tree = memo(function Tree({ outline, item, onSelect }: TreeProps) {
  const { rows, toggle } = outline;
  const box = useRef<HTMLDivElement>(null);
  const line = useCallback((row: OutlineRow) => <Line row={row} onToggle={toggle} />, [toggle]);
  const tree = { rows, selected: item, onSelect, onToggle: toggle, box };
  return (
    <SpanTree {...tree} label="Steps of the run">
      {line}
    </SpanTree>
  );
});

export default function TreeTab({ run, item, onSelect }: TraceTabProps) {
  const outline = useOutline(run);
  if (outline.rows.length === 0)
    return <EmptyState title="No event yet" text="The run waits for a worker." />;
  return (
    <div className="flex h-full flex-col">
      {outline.error && <ErrorNote error={outline.error} />}
      <div className="min-h-0 flex-1">
        <Tree outline={outline} item={item} onSelect={onSelect} />
      </div>
    </div>
  );
}
