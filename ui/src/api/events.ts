/** The event envelope as a union by `type`; a type that this version does not know survives as `UnknownEvent`. */
import type { components } from "./types";

type Schemas = components["schemas"];

/** The shape of `data` by event type (agent_sdk.contracts.event_data.DATA_OF). */
export interface EventData {
  "run.queued": Schemas["RunQueued"];
  "run.started": Schemas["RunStarted"];
  "run.resumed": Schemas["RunResumed"];
  "run.paused": Schemas["RunPaused"];
  "run.retrying": Schemas["RunRetrying"];
  "run.completed": Schemas["RunCompleted"];
  "run.failed": Schemas["RunFailed"];
  "run.canceled": Schemas["RunCanceled"];
  "step.started": Schemas["StepStarted"];
  "step.completed": Schemas["StepCompleted"];
  "step.failed": Schemas["StepEnded"];
  "step.canceled": Schemas["StepEnded"];
  "handoff.started": Schemas["Handoff"];
  "handoff.completed": Schemas["Handoff"];
  "handoff.failed": Schemas["Handoff"];
  "subagent.started": Schemas["SubagentStarted"];
  "subagent.completed": Schemas["SubagentEnded"];
  "subagent.failed": Schemas["SubagentEnded"];
  "subagent.canceled": Schemas["SubagentEnded"];
  "memory.compacted": Schemas["MemoryCompacted"];
  "route.fallback": Schemas["RouteFallback"];
  "input.received": Schemas["InputReceived"];
  "transcript.added": Schemas["TranscriptAdded"];
  "message.started": Schemas["MessageStarted"];
  "message.delta": Schemas["MessageDelta"];
  "message.completed": Schemas["MessageCompleted"];
  "message.failed": Schemas["MessageFailed"];
  "reasoning.delta": Schemas["ReasoningDelta"];
  "tool.started": Schemas["ToolStarted"];
  "tool.executing": Schemas["ToolExecuting"];
  "tool.delta": Schemas["ToolDelta"];
  "tool.completed": Schemas["ToolCompleted"];
  "tool.failed": Schemas["ToolFailed"];
  "tool.denied": Schemas["ToolDenied"];
  "tool.canceled": Schemas["ToolCanceled"];
  "tool.approval_requested": Schemas["ApprovalRequested"];
  "tool.approval_resolved": Schemas["ApprovalResolved"];
}

export type EventType = keyof EventData;

export interface Envelope {
  id: string;
  seq: number;
  run_id: string;
  root_run_id: string;
  parent_run_id: string | null;
  depth: number;
  session_id: string;
  org_id: string;
  agent: string;
  attempt: number;
  step: number;
  /** UTC, ISO 8601. */
  time: string;
  stream: "assistant" | "tool" | "lifecycle";
  version: number;
}

export type EventOf<T extends EventType> = T extends EventType
  ? Envelope & { type: T; data: EventData[T] }
  : never;
export type KnownEvent = EventOf<EventType>;
export type UnknownEvent = Envelope & { type: string; data: Record<string, unknown> };
export type RunEvent = KnownEvent | UnknownEvent;

/** What ends a journal: nothing follows it. */
export function isTerminalEvent(event: { type: string }): boolean {
  return event.type === "run.completed" || event.type === "run.failed" || event.type === "run.canceled";
}
