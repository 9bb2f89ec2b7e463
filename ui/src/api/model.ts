/** The API's resources under short names. The server writes every field, so none is optional here. */
import type { components } from "./types";

type Schemas = components["schemas"];

export type Usage = Required<Schemas["Usage"]>;
export type RunError = Schemas["RunError"];
export type Run = Required<Omit<Schemas["Run"], "usage">> & { usage: Usage };
export type RunStatus = Run["status"];
export type StopReason = NonNullable<Run["stop_reason"]>;
export type Session = Required<Schemas["Session"]>;
export type Message = Schemas["Message"];
export type MessagePart = NonNullable<Message["parts"]>[number];
export type CitationPart = Schemas["CitationPart"];
export type ImagePart = Schemas["ImagePart"];
export type DocumentPart = Schemas["DocumentPart"];
export type Approval = Required<Schemas["Approval"]>;
export type AgentInfo = Required<Schemas["AgentInfo"]>;
export type PresetInfo = Required<Schemas["PresetInfo"]>;
export type ToolInfo = Required<Schemas["ToolInfo"]>;
export type ModelInfo = Required<Schemas["ModelInfo"]>;
export type Models = Schemas["Models"];
export type Meta = Schemas["Meta"];
export type ReplayReport = Schemas["ReplayReport"];
export type Problem = Schemas["Problem"];
export type EventsPage = Schemas["EventsPage"];

export interface Page<T> {
  data: T[];
  next_cursor?: string | null;
}

/** What a user may say: text, or parts (`{type:"text"|"image"|"document", …}`, bytes as base64 in `data`). */
export type RunInput = string | Record<string, unknown>[];

export interface RunLimits {
  max_steps?: number | null;
  max_tokens?: number | null;
  max_cost_usd?: number | null;
  timeout_s?: number | null;
}

export interface CreateRunBody {
  agent: string;
  input: RunInput;
  session_id?: string | null;
  model?: string | null;
  metadata?: Record<string, unknown> | null;
  tags?: string[] | null;
  limits?: RunLimits | null;
  on_busy?: "enqueue" | "interrupt" | "reject";
}

export interface ToolTrial {
  ok: boolean;
  result?: unknown;
  error?: RunError;
  duration_ms: number;
  version?: string;
  effects?: ToolInfo["effects"];
  /** Images and documents that it returned. */
  attachments?: Record<string, unknown>[];
}

export const TERMINAL_STATUSES: readonly RunStatus[] = ["completed", "failed", "canceled"];

export function isTerminal(status: RunStatus): boolean {
  return TERMINAL_STATUSES.includes(status);
}
