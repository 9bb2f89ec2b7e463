import type { Approval } from "@/api/model";
import { cx } from "@/components/classes";
import { RelativeTime } from "@/components/Values";

/** What is asked for, in one line. */
const summary = (args: Approval["args"]) =>
  Object.entries(args)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ") || "no arguments";

interface RowProps {
  approval: Approval;
  isChosen: boolean;
  onChoose: () => void;
}

export function Row({ approval, isChosen, onChoose }: RowProps) {
  return (
    <button
      type="button"
      aria-current={isChosen || undefined}
      onClick={onChoose}
      className={cx(
        "block w-full border-b border-l-2 border-b-line px-3 py-2 text-left hover:bg-raised",
        isChosen ? "border-l-accent bg-accent-soft" : "border-l-transparent",
      )}
    >
      <span className="flex items-baseline gap-2">
        <span className="min-w-0 flex-1 truncate font-mono text-xs font-semibold">{approval.tool}</span>
        <span className="text-xs text-muted">
          <RelativeTime time={approval.requested_at} />
        </span>
      </span>
      <span className="block truncate text-xs text-muted">
        {approval.agent} · {summary(approval.args)}
      </span>
    </button>
  );
}
