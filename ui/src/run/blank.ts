/** Messages and calls of which nothing is known yet but where they stand. */
import type { MessageView, ToolView } from "./view";

type Place<View extends { step: number; seq: number; startedAt: number }> = Pick<
  View,
  "step" | "seq" | "startedAt"
>;

/** A call that was asked for. */
export function blankTool(id: string, name: string, { step, seq, startedAt }: Place<ToolView>): ToolView {
  return {
    id,
    name,
    step,
    seq,
    startedAt,
    version: null,
    args: {},
    messageId: null,
    state: "queued",
    executingAt: null,
    endedAt: null,
    duration_ms: null,
    executions: 0,
    output: "",
    result: undefined,
    content: null,
    attachments: [],
    error: null,
    sentBack: false,
    deniedReason: null,
    approval: null,
    childRunId: null,
  };
}

/** A user's message, as it was said. */
export function saidMessage(
  id: string,
  { step, seq, startedAt }: Place<MessageView>,
  parts: MessageView["parts"],
): MessageView {
  return {
    id,
    step,
    seq,
    startedAt,
    endedAt: startedAt,
    parts,
    role: "user",
    source: "input",
    agent: null,
    model: null,
    reasonedUntil: null,
    state: "complete",
    failure: null,
    error: null,
    citations: [],
    usage: null,
    finishReason: null,
  };
}
