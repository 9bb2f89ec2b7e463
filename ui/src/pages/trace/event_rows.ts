/** Events as rows of the journal: what they belong to, their partners, and the filter. */
import type { RunEvent } from "@/api/events";
import { modelSpanOf, stepSpan } from "@/run/fold_lifecycle";
import { oneLine } from "./details";

/** One field of an event's data, where it is text. */
function textField(event: RunEvent, name: string): string | null {
  const value = (event.data as unknown as Record<string, unknown>)[name];
  return typeof value === "string" ? value : null;
}

/** Id of the span that an event is part of. */
export function spanOf(event: RunEvent): string {
  const { type } = event;
  const call = textField(event, "tool_call_id");
  const message = textField(event, "message_id");
  if (type.startsWith("tool.approval_")) return `approval:${call}`;
  if (type.startsWith("tool.")) return `tool:${call}`;
  if (type.startsWith("handoff.")) return `handoff:${call}`;
  if (type.startsWith("subagent.")) return `child:${textField(event, "child_run_id")}`;
  if (message) return modelSpanOf(message);
  if (event.step > 0 && !type.startsWith("run.")) return stepSpan(event.step);
  return "run";
}

const OPENING = /\.(?:started|approval_requested|queued)$/;
const CLOSING = /\.(?:completed|failed|canceled|denied|approval_resolved)$/;

/** What opens something and what closes it, each by the `seq` of the other. A journal that grows costs what is new. */
export class Pairs {
  private readonly open = new Map<string, number>();
  private readonly partners = new Map<number, number>();
  private last = 0;

  take(events: readonly RunEvent[]): this {
    const from = events.findLastIndex((event) => event.seq <= this.last) + 1;
    for (const event of events.slice(from)) this.add(event);
    this.last = Math.max(this.last, events.at(-1)?.seq ?? 0);
    return this;
  }

  partnerOf(seq: number | null): number | null {
    return seq === null ? null : (this.partners.get(seq) ?? null);
  }

  private add(event: RunEvent): void {
    const { type, seq } = event;
    const span = spanOf(event);
    if (OPENING.test(type)) {
      // What a pause or a retry queues again is still the same run.
      if (type !== "run.started" && !(type === "run.queued" && this.open.has(span))) this.open.set(span, seq);
      return;
    }
    const opener = CLOSING.test(type) ? this.open.get(span) : undefined;
    if (opener === undefined) return;
    this.open.delete(span);
    this.partners.set(opener, seq);
    this.partners.set(seq, opener);
  }
}

const SAID = ["delta", "reason", "stop_reason", "finish_reason", "name", "agent", "model", "decision"];

/** The most telling fields of an event, in one line. */
export function summaryOf(event: RunEvent): string {
  const data = event.data as unknown as Record<string, unknown>;
  if (typeof data.delta === "string") return oneLine(JSON.stringify(data.delta));
  const told = SAID.flatMap((name) => (typeof data[name] === "string" ? [String(data[name])] : []));
  if (typeof data.duration_ms === "number") told.push(`${data.duration_ms} ms`);
  const error = data.error;
  if (typeof error === "object" && error !== null && "message" in error) told.push(String(error.message));
  if (typeof data.args === "object") told.push(JSON.stringify(data.args));
  if (data.result !== undefined) told.push(`→ ${JSON.stringify(data.result)}`);
  return told.length > 0 ? oneLine(told.join(" · ")) : spanOf(event);
}

export interface EventFilter {
  stream: string;
  type: string;
  text: string;
}

const texts = new WeakMap<RunEvent, string>();

/** An event never changes, so it is written out once for all searches. */
function searchText(event: RunEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(event).toLowerCase();
  texts.set(event, text);
  return text;
}

/** Every word of `text` is somewhere in the event's JSON; an empty field lets all through. */
export function filtered(
  events: readonly RunEvent[],
  { stream, type, text }: EventFilter,
): readonly RunEvent[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!stream && !type && words.length === 0) return events;
  return events.filter(
    (event) =>
      (!stream || event.stream === stream) &&
      (!type || event.type === type) &&
      words.every((word) => searchText(event).includes(word)),
  );
}

/** How often each type occurs, by name. */
export function typesOf(events: readonly RunEvent[]): [type: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
}
