import { ChevronDown, ChevronRight, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import type { OutlineRow } from "./outline";

const INDENT_REM = 0.9;

interface RowLabelProps {
  row: OutlineRow;
  onToggle: (key: string) => void;
  children: ReactNode;
}

/** The pointer's way to open and close a row; keys have their own on the tree. */
function Twist({ row, onToggle }: Omit<RowLabelProps, "children">) {
  if (row.isOpen === null) return <span className="w-4 shrink-0" />;
  const Icon = row.isLoading ? LoaderCircle : row.isOpen ? ChevronDown : ChevronRight;
  return (
    <span
      aria-hidden
      onClick={(event) => {
        event.stopPropagation();
        onToggle(row.key);
      }}
      className="w-4 shrink-0 cursor-pointer text-muted hover:text-text"
    >
      <Icon size={14} className={row.isLoading ? "animate-spin" : undefined} />
    </span>
  );
}

/** The label column of a row: indented, with what opens and closes it. */
export function RowLabel({ row, onToggle, children }: RowLabelProps) {
  const indent = { paddingLeft: `${(row.level - 1) * INDENT_REM + 0.5}rem` };
  return (
    <div style={indent} className="flex min-w-0 items-center gap-1.5 overflow-hidden pr-1">
      <Twist row={row} onToggle={onToggle} />
      {children}
    </div>
  );
}
