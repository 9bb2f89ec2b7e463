/** A run as the console shows it: what `foldRun` makes of its events. Times are milliseconds since 1970. */
import type {
  CitationPart,
  DocumentPart,
  ImagePart,
  RunError,
  RunStatus,
  StopReason,
  Usage,
} from "@/api/model";

export type ViewPart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  | { type: "tool_call"; tool_call_id: string | null; index: number; name: string; arguments: string }
  | { type: "tool_result"; tool_call_id: string; name: string; content: string; outcome: string }
  | { type: "citation"; citation: CitationPart }
  | { type: "image"; image: ImagePart }
  | { type: "document"; document: DocumentPart };

export type MessageFailure = "interrupted" | "retry" | "error" | "canceled" | "timeout";

export interface MessageView {
  id: string;
  role: "user" | "assistant" | "tool";
  /** `input`: the run's own; `added`: by a user in mid-run; `model`; `runtime`: written by the SDK itself. */
  source: "input" | "added" | "model" | "runtime";
  agent: string | null;
  model: string | null;
  step: number;
  /** Of its first event. */
  seq: number;
  startedAt: number;
  endedAt: number | null;
  /** When the last piece of its reasoning came. */
  reasonedUntil: number | null;
  /** A `failed` one was cut: drop it, or show it as cut (`failure`). */
  state: "streaming" | "complete" | "failed";
  failure: MessageFailure | null;
  error: RunError | null;
  parts: readonly ViewPart[];
  citations: readonly CitationPart[];
  usage: Usage | null;
  finishReason: string | null;
}

export type ToolState = "queued" | "awaiting_approval" | "running" | "ok" | "error" | "denied" | "canceled";

export interface ApprovalView {
  /** Approvals are decided under the id of their call, in the run that asks: `childRunId` when that is a subagent. */
  id: string;
  argsHash: string;
  reason: string | null;
  childRunId: string | null;
  requestedAt: number;
  resolvedAt: number | null;
  decision: "approve" | "deny" | null;
  decisionReason: string | null;
  decidedBy: string | null;
  editedArgs: Record<string, unknown> | null;
}

export interface ToolView {
  id: string;
  name: string;
  version: string | null;
  args: Record<string, unknown>;
  messageId: string | null;
  step: number;
  seq: number;
  state: ToolState;
  /** Accepted by the runtime. */
  startedAt: number;
  /** Begin of the last execution. */
  executingAt: number | null;
  endedAt: number | null;
  duration_ms: number | null;
  /** How often an execution began; more than 1 after a crash. */
  executions: number;
  /** What `tool.delta` brought so far. */
  output: string;
  result: unknown;
  /** What the model reads, where that is not `result`. */
  content: string | null;
  attachments: readonly (ImagePart | DocumentPart)[];
  error: RunError | null;
  sentBack: boolean;
  deniedReason: string | null;
  approval: ApprovalView | null;
  childRunId: string | null;
}

export interface StepView {
  number: number;
  agent: string;
  model: string;
  seq: number;
  startedAt: number;
  endedAt: number | null;
  state: "running" | "ok" | "error" | "canceled";
  reason: string | null;
  usage: Usage | null;
  finishReason: string | null;
  latency_ms: number | null;
  firstToken_ms: number | null;
  error: RunError | null;
}

export interface HandoffView {
  toolCallId: string;
  from: string;
  to: string;
  reason: string | null;
  seq: number;
  at: number;
  state: "running" | "ok" | "error";
}

export interface ChildView {
  runId: string;
  agent: string;
  toolCallId: string | null;
  seq: number;
  startedAt: number;
  endedAt: number | null;
  state: "running" | "ok" | "error" | "canceled";
  usage: Usage | null;
  lastSeq: number | null;
}

/** What is worth a line between messages: a retry, a fallback, a compaction, a resumption. */
export interface NoticeView {
  kind: "retrying" | "resumed" | "paused" | "fallback" | "memory_compacted" | "journal_compacted";
  text: string;
  seq: number;
  at: number;
  error: RunError | null;
}

export type SpanKind =
  | "run"
  | "queue"
  | "step"
  | "model"
  | "tool"
  | "approval"
  | "pause"
  | "gap"
  | "subagent";

export interface Span {
  id: string;
  kind: SpanKind;
  label: string;
  /** Id of the span around it. */
  parent: string | null;
  start: number;
  end: number | null;
  state: "running" | "ok" | "error" | "canceled" | "waiting";
  step: number;
  /** Of the event that opened it. */
  seq: number;
  /** Message id, tool call id or child run id. */
  ref: string | null;
  firstTokenAt: number | null;
}

export interface PendingCall {
  tool_call_id: string;
  name: string;
  args: Record<string, unknown>;
}

export interface RunView {
  runId: string | null;
  rootRunId: string | null;
  parentRunId: string | null;
  sessionId: string | null;
  /** At work now; a handoff changes it. */
  agent: string | null;
  model: string | null;
  status: RunStatus;
  stopReason: StopReason | null;
  attempt: number;
  step: number;
  lastSeq: number;
  /** Of the last event. */
  lastAt: number | null;
  createdAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  messages: readonly MessageView[];
  steps: readonly StepView[];
  /** By `tool_call_id`; `toolOrder` has the order of the calls. */
  tools: Readonly<Record<string, ToolView>>;
  toolOrder: readonly string[];
  handoffs: readonly HandoffView[];
  children: readonly ChildView[];
  notices: readonly NoticeView[];
  spans: readonly Span[];
  pending: readonly PendingCall[];
  divergence: string | null;
  usage: Usage;
  output: unknown;
  error: RunError | null;
  tags: readonly string[];
  metadata: Record<string, unknown>;
  /** Retention let go of deltas: `seq` has gaps. */
  isCompacted: boolean;
  /** Events of a type that this version does not know. */
  unknownCount: number;
}

export const NO_USAGE: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  reasoning_tokens: 0,
  requests: 0,
  tool_calls: 0,
  cost_usd: null,
};

export const EMPTY_RUN: RunView = {
  runId: null,
  rootRunId: null,
  parentRunId: null,
  sessionId: null,
  agent: null,
  model: null,
  status: "queued",
  stopReason: null,
  attempt: 1,
  step: 0,
  lastSeq: 0,
  lastAt: null,
  createdAt: null,
  startedAt: null,
  endedAt: null,
  messages: [],
  steps: [],
  tools: {},
  toolOrder: [],
  handoffs: [],
  children: [],
  notices: [],
  spans: [],
  pending: [],
  divergence: null,
  usage: NO_USAGE,
  output: null,
  error: null,
  tags: [],
  metadata: {},
  isCompacted: false,
  unknownCount: 0,
};
