/** What a conversation shows, line by line, in the order of the journal. */
import type { HandoffView, MessageView, NoticeView, RunView, ToolView } from "@/run/view";

export type Row = { key: string; runId: string | null } & (
  | { kind: "message"; message: MessageView }
  | { kind: "tool"; tool: ToolView }
  | { kind: "notice"; notice: NoticeView }
  | { kind: "handoff"; handoff: HandoffView }
  | { kind: "output"; output: unknown }
  | { kind: "end"; view: RunView }
);

interface Placed {
  seq: number;
  row: Row;
}

/** A retried or cut answer was begun again below; what is left of it is no answer. */
export function isDropped(message: MessageView): boolean {
  return message.failure === "retry" || message.failure === "interrupted";
}

/** Results of tools are on their cards, and an answer that only calls tools has nothing to read. */
function isShown(message: MessageView): boolean {
  if (message.role === "tool") return false;
  if (message.role === "user" || isDropped(message) || message.error) return true;
  if (message.state === "streaming") return true;
  return message.parts.some((part) =>
    part.type === "text" || part.type === "reasoning" ? part.text.trim() !== "" : part.type !== "tool_call",
  );
}

/** A structured answer comes by no message. */
function hasOutputOfItsOwn(view: RunView): boolean {
  return view.status === "completed" && typeof view.output === "object" && view.output !== null;
}

const ENDED = ["completed", "failed", "canceled"];

export function rowsOf(view: RunView): Row[] {
  const { runId } = view;
  const key = (id: string | number) => `${runId ?? "before"}/${id}`;
  const placed: Placed[] = [];
  for (const message of view.messages) {
    if (!isShown(message)) continue;
    placed.push({
      seq: message.seq,
      row: { kind: "message", key: key(`model:${message.id}`), runId, message },
    });
  }
  for (const id of view.toolOrder) {
    const tool = view.tools[id];
    if (tool) placed.push({ seq: tool.seq, row: { kind: "tool", key: key(`tool:${id}`), runId, tool } });
  }
  for (const notice of view.notices) {
    placed.push({
      seq: notice.seq,
      row: { kind: "notice", key: key(`notice:${notice.seq}:${notice.kind}`), runId, notice },
    });
  }
  for (const handoff of view.handoffs) {
    const id = `handoff:${handoff.toolCallId}`;
    placed.push({ seq: handoff.seq, row: { kind: "handoff", key: key(id), runId, handoff } });
  }
  placed.sort((a, b) => a.seq - b.seq);
  const rows = placed.map((one) => one.row);
  if (hasOutputOfItsOwn(view)) rows.push({ kind: "output", key: key("output"), runId, output: view.output });
  if (ENDED.includes(view.status) && runId !== null) rows.push({ kind: "end", key: key("end"), runId, view });
  return rows;
}
