/** What a model call was asked and how it answered, as far as the journal of the run says it. */
import type { MessageView, RunView, Span, StepView, ViewPart } from "@/run/view";

export interface MessageIn {
  id: string;
  role: MessageView["role"];
  agent: string | null;
  parts: readonly ViewPart[];
}

/** What the model reads as the answers to the calls of a message. */
function resultsOf(view: RunView, message: MessageView): MessageIn | null {
  const parts: ViewPart[] = [];
  for (const id of view.toolOrder) {
    const tool = view.tools[id];
    if (tool?.messageId !== message.id || tool.endedAt === null) continue;
    const said = tool.content ?? tool.error?.message ?? tool.deniedReason ?? tool.result;
    const content = typeof said === "string" ? said : (JSON.stringify(said) ?? "");
    parts.push({ type: "tool_result", tool_call_id: id, name: tool.name, content, outcome: tool.state });
  }
  return parts.length === 0 ? null : { id: `${message.id}:results`, role: "tool", agent: null, parts };
}

/**
 * The messages before `message`: the run's input, answers with the results of their calls, what users added.
 * Cut answers are not sent again. Instructions and earlier runs of the session are in no run's journal.
 */
export function messagesIn(view: RunView, message: MessageView): MessageIn[] {
  const messages: MessageIn[] = [];
  for (const before of view.messages) {
    if (before.seq >= message.seq) break;
    if (before.state !== "complete") continue;
    const { id, role, agent, parts } = before;
    messages.push({ id, role, agent, parts });
    const results = before.source === "model" ? resultsOf(view, before) : null;
    if (results) messages.push(results);
  }
  return messages;
}

export interface CallTimes {
  duration_ms: number | null;
  firstToken_ms: number | null;
  tokensPerSecond: number | null;
}

/** Times of a model call; the runtime's own measure of the first token goes before the journal's clock. */
export function timesOf(span: Span, message: MessageView, step: StepView | undefined): CallTimes {
  const duration_ms = span.end === null ? null : span.end - span.start;
  const seen = span.firstTokenAt === null ? null : span.firstTokenAt - span.start;
  const firstToken_ms = (message.state === "complete" ? step?.firstToken_ms : null) ?? seen;
  const written = message.usage?.output_tokens ?? 0;
  const writing_ms = span.end === null || span.firstTokenAt === null ? 0 : span.end - span.firstTokenAt;
  const tokensPerSecond = written > 0 && writing_ms > 0 ? written / (writing_ms / 1000) : null;
  return { duration_ms, firstToken_ms, tokensPerSecond };
}
