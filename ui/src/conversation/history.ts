/** Earlier runs of a conversation, made from what their session remembers. */
import type { Message, Run } from "@/api/model";
import { blankTool, saidMessage } from "@/run/blank";
import { citationsOf, partsOf } from "@/run/parts";
import { EMPTY_RUN, type MessageView, type RunView, type ToolState, type ToolView } from "@/run/view";

type ToolPart = Extract<RunView["messages"][number]["parts"][number], { type: "tool_call" | "tool_result" }>;

/** A run begins with a message of its own name (agent_sdk.contracts.ids.first_message_id). */
const firstMessageId = (runId: string) => runId.replace(/^run_/, "msg_");

/** What a session remembers from before a run; all of it where the run has not spoken there yet. */
export function beforeRun(messages: readonly Message[], runId: string | null): readonly Message[] {
  // By the message and not by the list of runs, which may come later than the messages do.
  const begin = runId ? messages.findIndex(({ id }) => id === firstMessageId(runId)) : -1;
  return begin < 0 ? messages : messages.slice(0, begin);
}

const OUTCOMES: Record<string, ToolState> = {
  completed: "ok",
  failed: "error",
  denied: "denied",
  canceled: "canceled",
};

function argsOf(written: string): Record<string, unknown> {
  try {
    const args: unknown = JSON.parse(written);
    if (typeof args === "object" && args !== null && !Array.isArray(args)) {
      return args as Record<string, unknown>;
    }
  } catch {
    // A model may have written what is no JSON: shown as it is.
  }
  return { arguments: written };
}

function messageView(message: Message, seq: number, at: number): MessageView {
  const parts = partsOf(message.parts);
  return {
    ...saidMessage(message.id, { step: 0, seq, startedAt: at }, parts),
    role: message.role,
    source: message.role === "user" ? "input" : "model",
    agent: message.agent ?? null,
    citations: citationsOf(parts),
  };
}

function toolView(part: ToolPart & { type: "tool_call" }, seq: number, at: number): ToolView {
  const id = part.tool_call_id ?? `call:${seq}`;
  const blank = blankTool(id, part.name, { step: 0, seq, startedAt: at });
  return { ...blank, args: argsOf(part.arguments), state: "canceled", endedAt: at };
}

function outcome(tool: ToolView, part: ToolPart & { type: "tool_result" }): ToolView {
  const state = OUTCOMES[part.outcome] ?? "ok";
  const { content } = part;
  if (state === "error") return { ...tool, state, error: { code: "", message: content } };
  if (state === "denied") return { ...tool, state, deniedReason: content };
  return { ...tool, state, content };
}

/** The state in which a run left its session; `run` is null for what was before the session's first run. */
export function viewOfMessages(run: Run | null, messages: readonly Message[]): RunView {
  const at = run ? Date.parse(run.created_at) : 0;
  const views = messages.map((message, index) => messageView(message, index + 1, at));
  const tools: Record<string, ToolView> = {};
  for (const view of views) {
    for (const part of view.parts) {
      if (part.type === "tool_call" && part.tool_call_id) {
        tools[part.tool_call_id] = toolView(part, view.seq, at);
      } else if (part.type === "tool_result") {
        const tool = tools[part.tool_call_id];
        if (tool) tools[part.tool_call_id] = outcome(tool, part);
      }
    }
  }
  const view = { ...EMPTY_RUN, messages: views, tools, toolOrder: Object.keys(tools) };
  if (!run) return view;
  return {
    ...view,
    runId: run.id,
    rootRunId: run.id,
    sessionId: run.session_id,
    agent: run.agent,
    model: run.model,
    status: run.status,
    stopReason: run.stop_reason,
    createdAt: at,
    endedAt: run.ended_at ? Date.parse(run.ended_at) : null,
    usage: run.usage,
    output: run.output,
    error: run.error,
    messages: views.length > 0 ? views : inputOf(run, at),
  };
}

/** A run that left nothing in its session still was asked something. */
function inputOf(run: Run, at: number): MessageView[] {
  const { input } = run;
  if (typeof input !== "string" && !Array.isArray(input)) return [];
  const parts = typeof input === "string" ? [{ type: "text", text: input }] : input;
  const message = { id: `input:${run.id}`, role: "user", parts } as Message;
  return [messageView(message, 1, at)];
}

export interface Past {
  run: Run | null;
  messages: readonly Message[];
}

/** Splits a session's messages by the runs that said them; what no known run began is before the first. */
export function pastOf(runs: readonly Run[], messages: readonly Message[]): Past[] {
  const starts = new Map(runs.map((run) => [firstMessageId(run.id), run]));
  const said = new Map<Run | null, Message[]>([[null, []]]);
  for (const run of runs) said.set(run, []);
  let current: Run | null = null;
  for (const message of messages) {
    current = starts.get(message.id) ?? current;
    said.get(current)?.push(message);
  }
  const past = [...said].map(([run, own]) => ({ run, messages: own }));
  return past.filter(({ run, messages: own }) => run !== null || own.length > 0);
}
