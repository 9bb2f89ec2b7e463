/** The one place that understands events: `foldRun(view, event) → view`. */
import type { EventData, EventType, RunEvent } from "@/api/events";
import { Draft } from "./draft";
import { LIFECYCLE } from "./fold_lifecycle";
import { MESSAGES } from "./fold_messages";
import { TOOLS } from "./fold_tools";
import { EMPTY_RUN, type RunView } from "./view";

export interface Fact<T extends EventType> {
  event: RunEvent;
  data: EventData[T];
  /** Milliseconds since 1970. */
  at: number;
}
export type Fold<T extends EventType> = (draft: Draft, fact: Fact<T>) => void;
export type Folds<T extends EventType = EventType> = { [K in T]: Fold<K> };

const FOLDS: Folds = { ...LIFECYCLE, ...MESSAGES, ...TOOLS };

function isKnown(type: string): type is EventType {
  return Object.hasOwn(FOLDS, type);
}

function apply(draft: Draft, event: RunEvent): void {
  const { view } = draft;
  if (event.seq <= view.lastSeq || (view.runId !== null && event.run_id !== view.runId)) return;
  const at = Date.parse(event.time);
  if (view.lastSeq > 0 && event.seq !== view.lastSeq + 1 && !view.isCompacted) {
    view.isCompacted = true;
    draft.notice(event, at, {
      kind: "journal_compacted",
      text: "Older streamed pieces are past their retention.",
    });
  }
  if (view.runId === null) {
    view.runId = event.run_id;
    view.rootRunId = event.root_run_id;
    view.parentRunId = event.parent_run_id;
    view.sessionId = event.session_id;
    view.createdAt = at;
  }
  view.agent = event.agent;
  view.attempt = event.attempt;
  view.step = Math.max(view.step, event.step);
  const { type } = event;
  if (isKnown(type)) (FOLDS[type] as Fold<typeof type>)(draft, { event, data: event.data as never, at });
  else view.unknownCount += 1;
  view.lastSeq = event.seq;
  view.lastAt = at;
}

/** Folds many events, at the cost of those events. Events that the view has seen are skipped. */
export function foldEvents(view: RunView, events: readonly RunEvent[]): RunView {
  if (events.length === 0) return view;
  const draft = new Draft(view);
  for (const event of events) apply(draft, event);
  return draft.view.lastSeq === view.lastSeq ? view : draft.view;
}

export function foldRun(view: RunView, event: RunEvent): RunView {
  return foldEvents(view, [event]);
}

/** The state of a run right behind the event `seq`. */
export function foldUntil(events: readonly RunEvent[], seq: number): RunView {
  const end = events.findIndex((event) => event.seq > seq);
  return foldEvents(EMPTY_RUN, end === -1 ? events : events.slice(0, end));
}
