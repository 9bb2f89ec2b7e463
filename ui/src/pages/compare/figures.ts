/** Figures of two runs side by side. */
import { formatCost, formatCount, formatDuration } from "@/components/format";
import type { RunView } from "@/run/view";

export interface Figure {
  name: string;
  a: string;
  b: string;
  isSame: boolean;
  /** How far `b` is from `a`; null where that is no number, or where nothing differs. */
  delta: string | null;
}

type Value = number | null;

const UNKNOWN = "–";

/** From queued to ended, or to the last event of a run that goes on. */
export function latencyOf(view: RunView): Value {
  const end = view.endedAt ?? view.lastAt;
  return view.createdAt === null || end === null ? null : end - view.createdAt;
}

/** From the begin of the first request to its first piece. */
export function firstTokenOf(view: RunView): Value {
  const told = view.steps.find((step) => step.firstToken_ms !== null);
  if (told) return told.firstToken_ms;
  const span = view.spans.find((one) => one.kind === "model" && one.firstTokenAt !== null);
  return span?.firstTokenAt ? span.firstTokenAt - span.start : null;
}

function deltaOf(a: number, b: number, format: (value: number) => string): string {
  const sign = b > a ? "+" : "−";
  const part = a === 0 ? "" : ` (${sign}${Math.round((Math.abs(b - a) / a) * 100)}\u00a0%)`;
  return `${sign}${format(Math.abs(b - a))}${part}`;
}

function number(name: string, a: Value, b: Value, format: (value: number) => string = formatCount): Figure {
  const isSame = a === b;
  return {
    name,
    a: a === null ? UNKNOWN : format(a),
    b: b === null ? UNKNOWN : format(b),
    isSame,
    delta: isSame || a === null || b === null ? null : deltaOf(a, b, format),
  };
}

function word(name: string, a: string | null, b: string | null): Figure {
  const told = (value: string | null) => value?.replaceAll("_", " ") ?? UNKNOWN;
  return { name, a: told(a), b: told(b), isSame: a === b, delta: null };
}

export function figuresOf(a: RunView, b: RunView): Figure[] {
  const { usage: ua } = a;
  const { usage: ub } = b;
  return [
    word("Status", a.status, b.status),
    word("Stop reason", a.stopReason, b.stopReason),
    word("Agent", a.agent, b.agent),
    word("Model", a.model, b.model),
    number("Steps", a.steps.length, b.steps.length),
    number("Tool calls", ua.tool_calls, ub.tool_calls),
    number("Model requests", ua.requests, ub.requests),
    number("Tokens in", ua.input_tokens, ub.input_tokens),
    number("Tokens out", ua.output_tokens, ub.output_tokens),
    number("Tokens from cache", ua.cache_read_tokens, ub.cache_read_tokens),
    number("Reasoning tokens", ua.reasoning_tokens, ub.reasoning_tokens),
    number("Cost", ua.cost_usd, ub.cost_usd, formatCost),
    number("Latency", latencyOf(a), latencyOf(b), formatDuration),
    number("First token", firstTokenOf(a), firstTokenOf(b), formatDuration),
    number("Attempts", a.attempt, b.attempt),
  ];
}
