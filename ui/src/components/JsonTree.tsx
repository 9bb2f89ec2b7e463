import { ChevronDown, ChevronRight } from "lucide-react";
import { memo, useMemo, useState } from "react";
import { shownBidi } from "./bidi";
import { CopyButton } from "./CopyButton";
import { type JsonRow, jsonRows } from "./json_rows";
import { VirtualList } from "./VirtualList";

const VIRTUAL_MIN_ROWS = 200;
const INDENT_REM = 1;

function Scalar({ value }: { value: unknown }) {
  if (typeof value === "string")
    return <span className="break-all whitespace-pre-wrap text-ok">{shownBidi(JSON.stringify(value))}</span>;
  if (typeof value === "number") return <span className="text-warn">{String(value)}</span>;
  return <span className="text-info">{value === undefined ? "undefined" : String(value)}</span>;
}

function RowView({ row, onToggle }: { row: JsonRow; onToggle: (path: string) => void }) {
  const { value, count, isOpen, name } = row;
  const label = name === null ? null : <span className="text-accent">{shownBidi(name)}: </span>;
  const brackets = Array.isArray(value) ? "[]" : "{}";
  const indent = { paddingLeft: `${row.depth * INDENT_REM}rem` };
  if (count === null || count === 0) {
    return (
      <div style={indent} className="pl-4">
        <span className="inline-block w-4" />
        {label}
        {count === 0 ? brackets : <Scalar value={value} />}
      </div>
    );
  }
  return (
    <div style={indent}>
      <button type="button" aria-expanded={isOpen} onClick={() => onToggle(row.path)} className="text-left">
        {isOpen ? (
          <ChevronDown size={12} aria-hidden className="inline w-4" />
        ) : (
          <ChevronRight size={12} aria-hidden className="inline w-4" />
        )}
        {label}
        <span className="text-muted">
          {brackets[0]}
          {count}
          {brackets[1]}
        </span>
      </button>
    </div>
  );
}

interface JsonTreeProps {
  value: unknown;
  /** Spoken name. */
  label?: string;
  /** Levels that are open at the start. */
  openDepth?: number;
}

/** A JSON value, level by level. A big one makes only the rows that are seen. */
export const JsonTree = memo(function JsonTree({ value, label = "JSON", openDepth = 2 }: JsonTreeProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => jsonRows(value, openDepth, toggled), [value, openDepth, toggled]);
  const toggle = (path: string) => {
    const next = new Set(toggled);
    if (!next.delete(path)) next.add(path);
    setToggled(next);
  };
  return (
    <div className="relative font-mono text-xs leading-6">
      <div className="absolute top-0 right-0 z-10">
        <CopyButton text={() => JSON.stringify(value, null, 2) ?? ""} label="Copy as JSON" />
      </div>
      {rows.length > VIRTUAL_MIN_ROWS ? (
        <VirtualList label={label} items={rows} keyOf={(row) => row.path} estimate={24} className="h-[28rem]">
          {(row) => <RowView row={row} onToggle={toggle} />}
        </VirtualList>
      ) : (
        <section aria-label={label} className="pr-8">
          {rows.map((row) => (
            <RowView key={row.path} row={row} onToggle={toggle} />
          ))}
        </section>
      )}
    </div>
  );
});
