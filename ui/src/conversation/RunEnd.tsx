import { Ban, CircleCheck, CircleX, RotateCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import type { StopReason } from "@/api/model";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { Cost, Duration, RelativeTime, Tokens } from "@/components/Values";
import type { RunView } from "@/run/view";
import { links } from "@/shell/routes";

const REASONS: Partial<Record<StopReason, string>> = {
  max_steps: "It reached its limit of steps.",
  max_tokens: "It reached its limit of tokens.",
  max_cost: "It reached its limit of cost.",
  timeout: "It reached its limit of time.",
  quota_exceeded: "The quota is used up.",
  policy_denied: "A policy forbids it.",
  guardrail: "A guardrail stopped it.",
  model_error: "The model failed.",
  tool_error: "A tool failed.",
  dead_letter: "It failed too often and was put aside.",
};

interface UsageLineProps {
  view: RunView;
  icon?: ReactNode;
  /** Behind the rest. */
  children?: ReactNode;
}

/** Usage, cost, time and the way to the trace: one line. */
export function UsageLine({ view, icon, children }: UsageLineProps) {
  const { runId, usage, createdAt, endedAt } = view;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
      {icon}
      {usage.requests > 0 && (
        <>
          <span>
            {usage.requests} {usage.requests === 1 ? "request" : "requests"}
          </span>
          <Tokens usage={usage} />
          <Cost usd={usage.cost_usd} />
        </>
      )}
      {createdAt !== null && endedAt !== null && (
        <>
          <Duration ms={endedAt - createdAt} />
          <RelativeTime time={endedAt} />
        </>
      )}
      {runId && (
        <Link href={links.trace(runId)} className="text-accent underline">
          Trace
        </Link>
      )}
      {children}
    </div>
  );
}

function FailureNote({ view }: { view: RunView }) {
  const { error, stopReason } = view;
  const reason = stopReason && REASONS[stopReason];
  const text = [error && `${error.code}: ${error.message}`, error?.hint, `run: ${view.runId}`];
  return (
    <div role="note" className="flex items-start gap-2 rounded-md border border-err bg-surface p-2.5">
      <CircleX size={16} aria-hidden className="mt-0.5 shrink-0 text-err" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">The run failed.{reason && ` ${reason}`}</p>
        {error && <p className="break-words whitespace-pre-wrap">{error.message}</p>}
        {error?.hint && <p className="text-xs text-muted">{error.hint}</p>}
        {error && <p className="font-mono text-xs text-muted">{error.code}</p>}
      </div>
      <CopyButton text={() => text.filter(Boolean).join("\n")} label="Copy the error" />
    </div>
  );
}

interface RunEndProps {
  view: RunView;
  onRegenerate?: ((runId: string) => Promise<void>) | undefined;
}

/** How a run ended. */
export function RunEnd({ view, onRegenerate }: RunEndProps) {
  const { status, runId } = view;
  const [isBusy, setBusy] = useState(false);
  const regenerate = async (id: string, make: (runId: string) => Promise<void>) => {
    if (isBusy) return;
    setBusy(true);
    await make(id);
    setBusy(false);
  };
  return (
    <footer className="flex flex-col gap-1.5">
      {status === "failed" && <FailureNote view={view} />}
      {status === "canceled" && (
        <p className="flex items-center gap-1.5 text-muted">
          <Ban size={14} aria-hidden /> The run was canceled.
        </p>
      )}
      <UsageLine
        view={view}
        icon={
          status === "completed" && (
            <CircleCheck size={14} role="img" aria-label="completed" className="text-ok" />
          )
        }
      >
        {onRegenerate && runId && (
          <Button
            size="sm"
            variant="ghost"
            icon={<RotateCw size={12} aria-hidden />}
            title="Make this run again, as a new one"
            busy={isBusy}
            onClick={() => void regenerate(runId, onRegenerate)}
          >
            Regenerate
          </Button>
        )}
      </UsageLine>
    </footer>
  );
}
