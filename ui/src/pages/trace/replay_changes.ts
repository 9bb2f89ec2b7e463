/** What one event changed in a run's view, in words. */
import { formatCount } from "@/components/format";
import { textOf } from "@/run/parts";
import type { MessageView, RunView, ToolView } from "@/run/view";

export interface Change {
  /** What changed. */
  what: string;
  /** From what; null where there was nothing. */
  from: string | null;
  to: string;
}

const TEXT_MAX_CHARS = 200;

function cut(text: string): string {
  return text.length > TEXT_MAX_CHARS ? `${text.slice(0, TEXT_MAX_CHARS)}…` : text;
}

const words = (value: string | null) => value?.replaceAll("_", " ") ?? null;

function ofRun(before: RunView, after: RunView): Change[] {
  const rows: [string, string | number | null, string | number | null][] = [
    ["Status", before.lastSeq === 0 ? null : before.status, after.status],
    ["Stop reason", words(before.stopReason), words(after.stopReason)],
    ["Agent", before.agent, after.agent],
    ["Model", before.model, after.model],
    ["Attempt", before.lastSeq === 0 ? null : before.attempt, after.attempt],
    ["Step", before.lastSeq === 0 ? null : before.step, after.step],
    ["Error", before.error?.code ?? null, after.error?.code ?? null],
  ];
  return rows.flatMap(([what, from, to]) =>
    from === to ? [] : [{ what, from: from === null ? null : String(from), to: String(to ?? "none") }],
  );
}

const COUNTED = [
  ["input_tokens", "Input tokens"],
  ["output_tokens", "Output tokens"],
  ["cache_read_tokens", "Tokens read from cache"],
  ["cache_write_tokens", "Tokens written to cache"],
  ["reasoning_tokens", "Reasoning tokens"],
  ["requests", "Model requests"],
  ["tool_calls", "Tool calls"],
] as const;

function ofUsage(before: RunView, after: RunView): Change[] {
  if (before.usage === after.usage) return [];
  const changes = COUNTED.flatMap(([field, what]): Change[] => {
    const [from, to] = [before.usage[field], after.usage[field]];
    return from === to ? [] : [{ what, from: formatCount(from), to: formatCount(to) }];
  });
  const [from, to] = [before.usage.cost_usd, after.usage.cost_usd];
  if (from !== to && to !== null) {
    changes.push({ what: "Cost", from: from === null ? null : `$${from}`, to: `$${to}` });
  }
  return changes;
}

const sizeOf = (message: MessageView) =>
  message.parts.reduce(
    (sum, part) =>
      sum +
      (part.type === "text" || part.type === "reasoning"
        ? part.text.length
        : part.type === "tool_call"
          ? part.arguments.length
          : 0),
    0,
  );

function ofMessage(before: MessageView | undefined, after: MessageView): Change[] {
  const name = `Message of ${after.role === "assistant" ? (after.agent ?? "assistant") : after.role}`;
  if (!before) return [{ what: name, from: null, to: cut(textOf(after.parts)) || after.state }];
  const changes: Change[] = [];
  if (before.state !== after.state) {
    changes.push({ what: name, from: before.state, to: words(after.failure) ?? after.state });
  }
  const [small, big] = [sizeOf(before), sizeOf(after)];
  if (small !== big) {
    changes.push({ what: `${name}, characters`, from: formatCount(small), to: formatCount(big) });
  }
  return changes;
}

function ofTool(before: ToolView | undefined, after: ToolView): Change[] {
  const what = `Tool ${after.name}`;
  if (!before) return [{ what, from: null, to: words(after.state) ?? "" }];
  const changes: Change[] = [];
  if (before.state !== after.state) {
    changes.push({ what, from: words(before.state), to: words(after.state) ?? "" });
  }
  if (before.output !== after.output) {
    const added = after.output.startsWith(before.output)
      ? after.output.slice(before.output.length)
      : after.output;
    changes.push({ what: `${what}, output`, from: null, to: cut(added) });
  }
  if (before.args !== after.args) {
    changes.push({
      what: `${what}, arguments`,
      from: cut(JSON.stringify(before.args)),
      to: cut(JSON.stringify(after.args)),
    });
  }
  return changes;
}

/** Items of a list that are new or were put in place of an older one; both lists keep their order. */
function changedOf<T>(before: readonly T[], after: readonly T[]): [T | undefined, T][] {
  if (before === after) return [];
  return after.flatMap((item, index): [T | undefined, T][] =>
    item === before[index] ? [] : [[before[index], item]],
  );
}

function ofLists(before: RunView, after: RunView): Change[] {
  const tools = after.tools === before.tools ? [] : after.toolOrder.map((id) => after.tools[id] as ToolView);
  return [
    ...changedOf(before.messages, after.messages).flatMap(([from, to]) => ofMessage(from, to)),
    ...tools.flatMap((tool) => (before.tools[tool.id] === tool ? [] : ofTool(before.tools[tool.id], tool))),
    ...changedOf(before.steps, after.steps).flatMap(([from, to]) =>
      from?.state === to.state
        ? []
        : [{ what: `Step ${to.number}`, from: from?.state ?? null, to: to.reason ?? to.state }],
    ),
    ...changedOf(before.handoffs, after.handoffs).map(([from, to]) => ({
      what: `Handoff from ${to.from} to ${to.to}`,
      from: from?.state ?? null,
      to: to.state,
    })),
    ...changedOf(before.children, after.children).map(([from, to]) => ({
      what: `Subagent ${to.agent}`,
      from: from?.state ?? null,
      to: to.state,
    })),
    ...changedOf(before.notices, after.notices).map(([, to]) => ({
      what: "Notice",
      from: null,
      to: to.text,
    })),
  ];
}

/** Takes the views before and after an event of the same run. */
export function changesBetween(before: RunView, after: RunView): Change[] {
  return [...ofRun(before, after), ...ofLists(before, after), ...ofUsage(before, after)];
}
