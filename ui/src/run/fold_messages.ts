/** Events of stream `assistant`, and messages that others add to the transcript. */
import type { Message, Usage } from "@/api/model";
import type { Draft } from "./draft";
import type { Fact, Folds } from "./fold";
import { modelSpanOf, stepSpan } from "./fold_lifecycle";
import { citationsOf, partsOf } from "./parts";
import type { MessageView, ViewPart } from "./view";

type Names =
  | `message.${"started" | "delta" | "completed" | "failed"}`
  | "reasoning.delta"
  | "input.received"
  | "transcript.added";

function blank(fact: Fact<Names>, id: string): MessageView {
  const { event, at } = fact;
  return {
    id,
    role: "assistant",
    source: "model",
    agent: event.agent,
    model: null,
    step: event.step,
    seq: event.seq,
    startedAt: at,
    endedAt: null,
    reasonedUntil: null,
    state: "streaming",
    failure: null,
    error: null,
    parts: [],
    citations: [],
    usage: null,
    finishReason: null,
  };
}

/** When the request of a message began: with its step, or with the end of the request before in that step. */
function requestStart(draft: Draft, step: number, at: number): number {
  const { spans } = draft.view;
  for (let index = spans.length - 1; index >= 0; index--) {
    const span = spans[index];
    if (span?.step !== step) continue;
    if (span.kind === "model" && span.end !== null) return span.end;
    if (span.kind === "step") return span.start;
  }
  return at;
}

function started(draft: Draft, fact: Fact<"message.started">): void {
  const { event, data, at } = fact;
  draft.add("messages", { ...blank(fact, data.message_id), model: data.model });
  draft.openSpan({
    id: modelSpanOf(data.message_id),
    kind: "model",
    label: data.model,
    parent: stepSpan(event.step),
    start: requestStart(draft, event.step, at),
    step: event.step,
    seq: event.seq,
    ref: data.message_id,
    firstTokenAt: at,
  });
}

function withText(parts: readonly ViewPart[], type: "text" | "reasoning", delta: string): ViewPart[] {
  const last = parts.at(-1);
  if (last?.type === type) return [...parts.slice(0, -1), { type, text: last.text + delta }];
  return [...parts, { type, text: delta }];
}

function withArguments(parts: readonly ViewPart[], fact: Fact<"message.delta">): ViewPart[] {
  const { index = 0, name = "", delta } = fact.data;
  const at = parts.findIndex((part) => part.type === "tool_call" && part.index === index);
  const found = parts[at];
  if (found?.type !== "tool_call") {
    return [...parts, { type: "tool_call", tool_call_id: null, index, name, arguments: delta }];
  }
  const grown = { ...found, name: found.name || name, arguments: found.arguments + delta };
  return parts.map((part, position) => (position === at ? grown : part));
}

/** Where compaction took `message.started`, the first sign of a message opens it. */
function change(
  draft: Draft,
  fact: Fact<Names>,
  id: string,
  changed: (message: MessageView) => Partial<MessageView>,
): void {
  if (draft.message(id, changed)) return;
  const message = blank(fact, id);
  draft.add("messages", { ...message, ...changed(message) });
}

function completed(draft: Draft, fact: Fact<"message.completed">): void {
  const { data, at } = fact;
  const parts = partsOf(data.message.parts);
  const usage = (data.usage as Usage | undefined) ?? null;
  change(draft, fact, data.message_id, (message) => ({
    parts,
    usage,
    state: "complete",
    endedAt: at,
    agent: data.message.agent ?? message.agent,
    model: data.model ?? message.model,
    citations: data.citations ?? citationsOf(parts),
    finishReason: data.finish_reason ?? null,
  }));
  draft.span(modelSpanOf(data.message_id), { end: at, state: "ok" });
  if (usage) draft.addUsage(usage);
}

function failed(draft: Draft, fact: Fact<"message.failed">): void {
  const { data, at } = fact;
  change(draft, fact, data.message_id, (message) => ({
    state: "failed",
    failure: data.reason,
    endedAt: at,
    error: data.error ?? null,
    parts: data.message ? partsOf(data.message.parts) : message.parts,
    usage: (data.usage as Usage | undefined) ?? null,
  }));
  draft.span(modelSpanOf(data.message_id), {
    end: at,
    state: data.reason === "canceled" ? "canceled" : "error",
  });
  draft.addUsage(data.usage);
}

function added(draft: Draft, fact: Fact<Names>, message: Message, source: "added" | "runtime"): void {
  const parts = partsOf(message.parts);
  draft.add("messages", {
    ...blank(fact, message.id),
    role: message.role,
    source,
    agent: message.agent ?? null,
    endedAt: fact.at,
    state: "complete",
    parts,
    citations: citationsOf(parts),
  });
}

export const MESSAGES: Folds<Names> = {
  "message.started": started,
  "message.delta": (draft, fact) => {
    const { message_id: id, part, delta } = fact.data;
    change(draft, fact, id, ({ parts }) => ({
      parts: part === "tool_call" ? withArguments(parts, fact) : withText(parts, "text", delta),
    }));
  },
  "reasoning.delta": (draft, fact) => {
    const { message_id: id, delta } = fact.data;
    change(draft, fact, id, ({ parts }) => ({
      parts: withText(parts, "reasoning", delta),
      reasonedUntil: fact.at,
    }));
  },
  "message.completed": completed,
  "message.failed": failed,
  "input.received": (draft, fact) => added(draft, fact, fact.data.message, "added"),
  "transcript.added": (draft, fact) => added(draft, fact, fact.data.message, "runtime"),
};
