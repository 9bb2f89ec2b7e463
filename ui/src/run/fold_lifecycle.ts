/** Events of stream `lifecycle`. */
import type { RunError, StopReason, Usage } from "@/api/model";
import { saidMessage } from "./blank";
import type { Draft } from "./draft";
import type { Fact, Folds } from "./fold";
import { partsOf } from "./parts";
import type { ChildView, Span, StepView } from "./view";

type Names =
  | `run.${"queued" | "started" | "resumed" | "paused" | "retrying" | "completed" | "failed" | "canceled"}`
  | `step.${"started" | "completed" | "failed" | "canceled"}`
  | `handoff.${"started" | "completed" | "failed"}`
  | `subagent.${"started" | "completed" | "failed" | "canceled"}`
  | "memory.compacted"
  | "route.fallback";

export const RUN_SPAN = "run";
export const stepSpan = (step: number) => `step:${step}`;
const childSpan = (id: string) => `child:${id}`;
export const modelSpanOf = (id: string) => `model:${id}`;

const RESUMED_TEXT: Record<string, string> = {
  resumed: "The run goes on.",
  retry: "Trying again.",
  owner_lost: "The worker was lost; another one goes on.",
  drained: "The worker was stopped; another one goes on.",
  forked: "Branched off from another run.",
};

function queued(draft: Draft, fact: Fact<"run.queued">): void {
  const { event, data, at } = fact;
  const { view } = draft;
  if (view.spans.length === 0) {
    draft.openSpan({ id: RUN_SPAN, kind: "run", label: event.agent, start: at, step: 0, seq: event.seq });
  }
  view.status = "queued";
  view.stopReason = null;
  view.model = data.model;
  if (data.tags) view.tags = data.tags;
  if (data.metadata) view.metadata = data.metadata as Record<string, unknown>;
  if (data.input) {
    const place = { step: 0, seq: event.seq, startedAt: at };
    draft.add("messages", saidMessage(`input:${event.seq}`, place, partsOf(data.input)));
  }
  draft.closeKind(["pause"], at);
  draft.openSpan({ ...lineOf(fact, "queue", "Queued"), id: `queue:${event.seq}` });
}

function lineOf(fact: Fact<Names>, kind: Span["kind"], label: string) {
  const { event, at } = fact;
  return {
    id: `${kind}:${event.seq}`,
    kind,
    label,
    start: at,
    step: event.step,
    seq: event.seq,
    parent: RUN_SPAN,
  };
}

function resumed(draft: Draft, fact: Fact<"run.resumed">): void {
  const { view } = draft;
  const { event, data, at } = fact;
  const lost = data.reason === "owner_lost" || data.reason === "drained";
  const isWaiting = view.spans.some(
    (span) => span.end === null && (span.kind === "gap" || span.kind === "queue"),
  );
  draft.closeKind(["queue"], at);
  draft.closeKind(["gap"], at);
  draft.closeKind(["pause"], at);
  if (lost && !isWaiting && view.lastAt !== null) {
    draft.openSpan({ ...lineOf(fact, "gap", "Between attempts"), start: view.lastAt, end: at, state: "ok" });
  }
  view.status = "running";
  view.stopReason = null;
  view.pending = [];
  draft.notice(event, at, { kind: "resumed", text: RESUMED_TEXT[data.reason] ?? "The run goes on." });
}

function paused(draft: Draft, fact: Fact<"run.paused">): void {
  const { event, data, at } = fact;
  const { view } = draft;
  view.status = "paused";
  view.stopReason = data.stop_reason;
  view.usage = data.usage as Usage;
  view.pending = (data.pending ?? []).map((call) => ({
    ...call,
    args: call.args as Record<string, unknown>,
  }));
  view.divergence = data.divergence ?? null;
  draft.closeKind(["queue"], at);
  draft.openSpan({ ...lineOf(fact, "pause", "Paused") });
  draft.notice(event, at, { kind: "paused", text: `Paused: ${data.stop_reason.replaceAll("_", " ")}.` });
}

function retrying(draft: Draft, fact: Fact<"run.retrying">): void {
  const { event, data, at } = fact;
  draft.view.status = "retrying";
  draft.openSpan(lineOf(fact, "gap", "Between attempts"));
  const text = `The attempt failed; another begins in ${data.delay_ms} ms.`;
  draft.notice(event, at, { kind: "retrying", text, error: data.error });
}

interface Ended {
  stop_reason: StopReason;
  usage: Partial<Usage>;
  output?: unknown;
  error?: RunError;
}

function ended(status: "completed" | "failed" | "canceled", spanState: Span["state"]) {
  return (draft: Draft, { data, at }: { data: Ended; at: number }): void => {
    const { view } = draft;
    view.status = status;
    view.stopReason = data.stop_reason;
    view.usage = { ...view.usage, ...data.usage };
    view.output = data.output ?? null;
    view.error = data.error ?? null;
    view.pending = [];
    view.endedAt = at;
    for (const span of view.spans) {
      if (span.end === null)
        draft.span(span.id, { end: at, state: span.id === RUN_SPAN ? spanState : "canceled" });
    }
  };
}

function stepStarted(draft: Draft, fact: Fact<"step.started">): void {
  const { event, data, at } = fact;
  const step: StepView = {
    number: event.step,
    agent: event.agent,
    model: data.model,
    seq: event.seq,
    startedAt: at,
    endedAt: null,
    state: "running",
    reason: null,
    usage: null,
    finishReason: null,
    latency_ms: null,
    firstToken_ms: null,
    error: null,
  };
  draft.add("steps", step);
  draft.view.model = data.model;
  draft.openSpan({ ...lineOf(fact, "step", `Step ${event.step}`), id: stepSpan(event.step) });
}

function stepCompleted(draft: Draft, { event, data, at }: Fact<"step.completed">): void {
  draft.step(event.step, {
    endedAt: at,
    state: "ok",
    model: data.model,
    usage: data.usage as Usage,
    finishReason: data.finish_reason,
    latency_ms: data.latency_ms,
    firstToken_ms: data.first_token_ms ?? null,
  });
  draft.span(stepSpan(event.step), { end: at, state: "ok" });
}

function stepEnded(state: "error" | "canceled") {
  return (draft: Draft, { event, data, at }: Pick<Fact<"step.failed">, "event" | "data" | "at">): void => {
    const usage = (data.usage as Usage | undefined) ?? null;
    draft.step(event.step, { endedAt: at, state, reason: data.reason, error: data.error ?? null, usage });
    draft.span(stepSpan(event.step), { end: at, state });
  };
}

function subagentEnded(state: ChildView["state"] & Span["state"]) {
  return (draft: Draft, { data, at }: Pick<Fact<"subagent.completed">, "data" | "at">): void => {
    const usage = data.usage as Usage;
    draft.child(data.child_run_id, { endedAt: at, state, usage, lastSeq: data.last_seq });
    draft.span(childSpan(data.child_run_id), { end: at, state });
    draft.addUsage(usage);
  };
}

function subagentStarted(draft: Draft, fact: Fact<"subagent.started">): void {
  const { event, data, at } = fact;
  const toolCallId = data.tool_call_id ?? null;
  const child = { runId: data.child_run_id, agent: data.agent, toolCallId, seq: event.seq, startedAt: at };
  draft.add("children", { ...child, endedAt: null, state: "running", usage: null, lastSeq: null });
  if (toolCallId) draft.tool(toolCallId, () => ({ childRunId: data.child_run_id }));
  draft.openSpan({
    ...lineOf(fact, "subagent", data.agent),
    id: childSpan(data.child_run_id),
    parent: toolCallId ? `tool:${toolCallId}` : stepSpan(event.step),
    ref: data.child_run_id,
  });
}

export const LIFECYCLE: Folds<Names> = {
  "run.queued": queued,
  "run.started": (draft, { data, at }) => {
    draft.closeKind(["queue"], at);
    Object.assign(draft.view, { status: "running", startedAt: at, model: data.model });
  },
  "run.resumed": resumed,
  "run.paused": paused,
  "run.retrying": retrying,
  "run.completed": ended("completed", "ok"),
  "run.failed": ended("failed", "error"),
  "run.canceled": ended("canceled", "canceled"),
  "step.started": stepStarted,
  "step.completed": stepCompleted,
  "step.failed": stepEnded("error"),
  "step.canceled": stepEnded("canceled"),
  "handoff.started": (draft, { event, data, at }) => {
    const { tool_call_id: toolCallId, from, to, reason = null } = data;
    draft.add("handoffs", { toolCallId, from, to, reason, seq: event.seq, at, state: "running" });
  },
  "handoff.completed": (draft, { data }) => draft.handoff(data.tool_call_id, "ok"),
  "handoff.failed": (draft, { data }) => draft.handoff(data.tool_call_id, "error"),
  "subagent.started": subagentStarted,
  "subagent.completed": subagentEnded("ok"),
  "subagent.failed": subagentEnded("error"),
  "subagent.canceled": subagentEnded("canceled"),
  "memory.compacted": (draft, { event, data, at }) => {
    const text = `History was shortened from ${data.messages_before} to ${data.messages_after} messages.`;
    draft.notice(event, at, { kind: "memory_compacted", text });
  },
  "route.fallback": (draft, { event, data, at }) => {
    const text = `${data.to} is asked in place of ${data.from}: ${data.reason}`;
    draft.notice(event, at, { kind: "fallback", text });
  },
};
