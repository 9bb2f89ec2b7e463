/** Events of stream `tool`. */
import { blankTool } from "./blank";
import type { Draft } from "./draft";
import type { Fact, Folds } from "./fold";
import { stepSpan } from "./fold_lifecycle";
import type { Span, ToolState, ToolView } from "./view";

type Names =
  `tool.${"started" | "executing" | "delta" | "completed" | "failed" | "denied" | "canceled" | "approval_requested" | "approval_resolved"}`;
type Args = Record<string, unknown>;

const toolSpan = (id: string) => `tool:${id}`;
const approvalSpan = (id: string) => `approval:${id}`;

function started(draft: Draft, fact: Fact<"tool.started">): void {
  const { event, data, at } = fact;
  const { tool_call_id: id, name, version, message_id: messageId } = data;
  draft.putTool({
    ...blankTool(id, name, { step: event.step, seq: event.seq, startedAt: at }),
    version,
    args: data.args as Args,
    messageId,
  });
  draft.add("toolOrder", id);
  const place = { start: at, step: event.step, seq: event.seq, parent: stepSpan(event.step), ref: id };
  draft.openSpan({ id: toolSpan(id), kind: "tool", label: name, ...place, state: "waiting" });
}

function closed(draft: Draft, id: string, at: number, state: ToolState, more: Partial<ToolView>): void {
  draft.tool(id, () => ({ ...more, state, endedAt: at }));
  const spanState: Span["state"] = state === "ok" || state === "error" ? state : "canceled";
  draft.span(toolSpan(id), { end: at, state: spanState });
}

function requested(draft: Draft, fact: Fact<"tool.approval_requested">): void {
  const { event, data, at } = fact;
  const { tool_call_id: id, name } = data;
  draft.tool(id, () => ({
    state: "awaiting_approval",
    approval: {
      id,
      argsHash: data.args_hash,
      reason: data.reason ?? null,
      childRunId: data.child_run_id ?? null,
      requestedAt: at,
      resolvedAt: null,
      decision: null,
      decisionReason: null,
      decidedBy: null,
      editedArgs: null,
    },
  }));
  const place = { start: at, step: event.step, seq: event.seq, parent: toolSpan(id), ref: id };
  draft.openSpan({ id: approvalSpan(id), kind: "approval", label: `Approval of ${name}`, ...place });
}

function resolved(draft: Draft, { data, at }: Fact<"tool.approval_resolved">): void {
  const { tool_call_id: id, decision } = data;
  const editedArgs = (data.args as Args | undefined) ?? null;
  draft.tool(id, (tool) => ({
    state: "queued",
    args: editedArgs ?? tool.args,
    approval: tool.approval && {
      ...tool.approval,
      decision,
      editedArgs,
      resolvedAt: at,
      decisionReason: data.reason ?? null,
      decidedBy: data.by ?? null,
    },
  }));
  draft.span(approvalSpan(id), { end: at, state: decision === "approve" ? "ok" : "canceled" });
}

export const TOOLS: Folds<Names> = {
  "tool.started": started,
  "tool.executing": (draft, { data, at }) => {
    // A second execution of a call, after a crash, is the same call.
    if (draft.view.tools[data.tool_call_id]?.executions === 0) draft.addUsage({ tool_calls: 1 });
    draft.tool(data.tool_call_id, (tool) => ({
      state: "running",
      executingAt: at,
      executions: tool.executions + 1,
      output: "",
    }));
    draft.span(toolSpan(data.tool_call_id), { state: "running" });
  },
  "tool.delta": (draft, { data }) =>
    draft.tool(data.tool_call_id, (tool) => ({ output: tool.output + data.delta })),
  "tool.completed": (draft, { data, at }) =>
    closed(draft, data.tool_call_id, at, "ok", {
      result: data.result,
      duration_ms: data.duration_ms,
      content: data.content ?? null,
      attachments: data.attachments ?? [],
    }),
  "tool.failed": (draft, { data, at }) =>
    closed(draft, data.tool_call_id, at, "error", {
      error: data.error,
      duration_ms: data.duration_ms,
      sentBack: data.sent_back ?? false,
    }),
  "tool.denied": (draft, { data, at }) =>
    closed(draft, data.tool_call_id, at, "denied", { deniedReason: data.reason }),
  "tool.canceled": (draft, { data, at }) =>
    closed(draft, data.tool_call_id, at, "canceled", { duration_ms: data.duration_ms }),
  "tool.approval_requested": requested,
  "tool.approval_resolved": resolved,
};
