import { Ban, CircleCheck, CircleX, type LucideIcon } from "lucide-react";
import { useEffect, useMemo } from "react";
import { Link } from "wouter";
import type { Approval } from "@/api/model";
import { useApprovals } from "@/api/queries";
import { Badge, type Tone } from "@/components/Badge";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { JsonTree } from "@/components/JsonTree";
import { Skeleton } from "@/components/Skeleton";
import { RelativeTime } from "@/components/Values";
import { VirtualList } from "@/components/VirtualList";
import { links } from "@/shell/routes";

const ROW_PX = 64;

type Outcome = Exclude<Approval["status"], "pending">;
const OUTCOMES: Record<Outcome, { tone: Tone; Icon: LucideIcon }> = {
  approved: { tone: "ok", Icon: CircleCheck },
  denied: { tone: "err", Icon: CircleX },
  canceled: { tone: "neutral", Icon: Ban },
};

function OutcomeBadge({ status }: { status: Outcome }) {
  const { tone, Icon } = OUTCOMES[status];
  return (
    <Badge tone={tone} icon={<Icon size={12} aria-hidden />}>
      {status}
    </Badge>
  );
}

function Args({ title, of, value }: { title: string; of: Approval; value: unknown }) {
  return (
    <div className="min-w-0 flex-1">
      <p className="mb-1 text-xs text-muted">{title}</p>
      <JsonTree value={value} label={`${title}: ${of.id}`} />
    </div>
  );
}

function DecidedRow({ approval }: { approval: Approval }) {
  const { status, edited_args: edited } = approval;
  return (
    <div className="border-b border-line px-4 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {status !== "pending" && <OutcomeBadge status={status} />}
        <Link href={links.tool(approval.tool)} className="font-mono text-xs font-semibold underline">
          {approval.tool}
        </Link>
        {edited && <Badge tone="info">edited</Badge>}
        <span className="text-muted">{approval.agent}</span>
        <Link
          href={links.trace(approval.run_id, { tab: "conversation", item: `approval:${approval.id}` })}
          className="font-mono text-xs break-all text-accent underline"
        >
          {approval.run_id}
        </Link>
        <span className="flex-1" />
        <span className="text-xs text-muted">
          <RelativeTime time={approval.decided_at} />
          {approval.decided_by && (
            <>
              {" by "}
              <span className="font-mono break-all">{approval.decided_by}</span>
            </>
          )}
        </span>
      </div>
      {approval.decision_reason && <p className="mt-1">“{approval.decision_reason}”</p>}
      <details className="mt-1">
        <summary className="text-xs text-muted">Arguments</summary>
        <div className="mt-1 flex flex-wrap gap-4 rounded-md border border-line bg-surface p-3">
          <Args title={edited ? "Asked for by the model" : "Arguments"} of={approval} value={approval.args} />
          {edited && <Args title="Run with" of={approval} value={edited} />}
        </div>
      </details>
    </div>
  );
}

/** What was decided, newest first, with who did it and why. */
export function Decided() {
  const all = useApprovals("all");
  const { hasNextPage, isFetching, fetchNextPage } = all;
  const rows = useMemo(() => all.rows.filter((row) => row.status !== "pending"), [all.rows]);
  useEffect(() => {
    // A page of nothing but waiting ones shows no end that could be reached.
    if (rows.length === 0 && hasNextPage && !isFetching) void fetchNextPage();
  }, [rows.length, hasNextPage, isFetching, fetchNextPage]);
  if (all.error && rows.length === 0) {
    return <ErrorNote error={all.error} onRetry={() => void all.refetch()} />;
  }
  if (all.isPending || (rows.length === 0 && hasNextPage)) return <Skeleton lines={6} />;
  if (rows.length === 0) {
    return <EmptyState title="Nothing was decided yet" text="What is approved or denied is kept here." />;
  }
  return (
    <VirtualList
      label="Decided approvals"
      items={rows}
      keyOf={(row) => row.id}
      estimate={ROW_PX}
      onEnd={() => hasNextPage && !isFetching && void fetchNextPage()}
      className="h-full"
    >
      {(row) => <DecidedRow approval={row} />}
    </VirtualList>
  );
}
