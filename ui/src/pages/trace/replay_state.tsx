import { memo, type ReactNode } from "react";
import { Badge, StatusBadge, type Tone } from "@/components/Badge";
import { formatCount } from "@/components/format";
import { Cost } from "@/components/Values";
import type { RunView, ToolState } from "@/run/view";

const TONES: Record<ToolState, Tone> = {
  queued: "neutral",
  awaiting_approval: "warn",
  running: "info",
  ok: "ok",
  error: "err",
  denied: "warn",
  canceled: "neutral",
};

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="tabular-nums">{children}</dd>
    </div>
  );
}

/** Status, agent, usage and tools of the run as they stood. */
export const StateAt = memo(function StateAt({ view }: { view: RunView }) {
  const { usage } = view;
  return (
    <section aria-label="State at this place" className="flex flex-col gap-2">
      <h2 className="flex flex-wrap items-center gap-2 font-semibold">
        State <StatusBadge status={view.status} stopReason={view.stopReason} />
        {view.stopReason && (
          <span className="font-normal text-muted">{view.stopReason.replaceAll("_", " ")}</span>
        )}
      </h2>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-3">
        <Figure name="Agent">{view.agent ?? "–"}</Figure>
        <Figure name="Model">{view.model ?? "–"}</Figure>
        <Figure name="Step, attempt">
          {view.step}, {view.attempt}
        </Figure>
        <Figure name="Tokens in, out">
          {formatCount(usage.input_tokens)}, {formatCount(usage.output_tokens)}
        </Figure>
        <Figure name="Requests, tool calls">
          {usage.requests}, {usage.tool_calls}
        </Figure>
        <Figure name="Cost">
          <Cost usd={usage.cost_usd} />
        </Figure>
      </dl>
      {view.toolOrder.length > 0 && (
        <>
          <h3 className="text-xs text-muted">Tool calls</h3>
          <ul aria-label="Tool calls at this place" className="flex flex-col gap-1">
            {view.toolOrder.map((id) => {
              const tool = view.tools[id];
              if (!tool) return null;
              return (
                <li key={id} className="flex min-w-0 items-center gap-2">
                  <Badge tone={TONES[tool.state]}>{tool.state.replaceAll("_", " ")}</Badge>
                  <span className="font-medium">{tool.name}</span>
                  <code className="min-w-0 truncate font-mono text-xs text-muted">
                    {JSON.stringify(tool.args)}
                  </code>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </section>
  );
});
