/** Spans of a run, with those of its opened child runs inside, as rows of a tree. */
import { stepSpan } from "@/run/fold_lifecycle";
import type { HandoffView, RunView, Span, SpanKind } from "@/run/view";
import type { Journal } from "./journals";

export type ItemKind = SpanKind | "handoff";

/** What a tree or the inspector shows: a span, or a handoff, which has no length. */
export type Item = Omit<Span, "kind"> & {
  kind: ItemKind;
  /** When the waiting ended: the first token of a model call, the execution of a tool; null where there was none. */
  busyFrom: number | null;
};

export interface OutlineRow {
  /** Address of the item, as it stands in the page's address. */
  key: string;
  item: Item;
  /** The run whose journal tells of the item. */
  view: RunView;
  /** From 1. */
  level: number;
  /** From 1, among its siblings. */
  position: number;
  siblings: number;
  parentKey: string | null;
  /** Null for a leaf. */
  isOpen: boolean | null;
  /** Of a child run that is opened and not read yet. */
  isLoading: boolean;
}

/** An item of the run itself is addressed by its span, one of a child run by that run too. */
export function addressOf(runId: string | null, spanId: string): string {
  return runId === null ? spanId : `${runId}/${spanId}`;
}

/** The other way round; `runId` is null for the run of the page. */
export function parseAddress(address: string): { runId: string | null; spanId: string } {
  const slash = address.indexOf("/");
  if (slash === -1) return { runId: null, spanId: address };
  return { runId: address.slice(0, slash), spanId: address.slice(slash + 1) };
}

const CHILD_KEY = /(?:^|\/)child:([^/]+)$/;

/** Runs whose journals the opened rows need. A child run is closed until it is toggled, all else is open. */
export function openedRuns(toggled: ReadonlySet<string>): string[] {
  return [...toggled].flatMap((key) => CHILD_KEY.exec(key)?.[1] ?? []);
}

function handoffItem(handoff: HandoffView, view: RunView): Item {
  const step = view.steps.findLast((one) => one.seq <= handoff.seq);
  return {
    id: `handoff:${handoff.toolCallId}`,
    kind: "handoff",
    label: `${handoff.from} → ${handoff.to}`,
    parent: step ? stepSpan(step.number) : "run",
    start: handoff.at,
    end: handoff.state === "running" ? null : handoff.at,
    state: handoff.state,
    step: step?.number ?? 0,
    seq: handoff.seq,
    ref: handoff.toolCallId,
    firstTokenAt: null,
    busyFrom: null,
  };
}

/** All items of one journal, in its order. */
export function itemsOf(view: RunView): Item[] {
  const handoffs = view.handoffs.map((handoff) => handoffItem(handoff, view));
  const spans = view.spans.map((span) => {
    const executingAt = span.kind === "tool" ? view.tools[span.ref ?? ""]?.executingAt : null;
    return { ...span, busyFrom: span.firstTokenAt ?? executingAt ?? null };
  });
  return [...spans, ...handoffs].sort((a, b) => a.seq - b.seq);
}

function byParent(view: RunView): Map<string | null, Item[]> {
  const groups = new Map<string | null, Item[]>();
  const known = new Set(view.spans.map((span) => span.id));
  for (const item of itemsOf(view)) {
    const parent = item.parent === null || known.has(item.parent) ? item.parent : "run";
    const group = groups.get(parent);
    if (group) group.push(item);
    else groups.set(parent, [item]);
  }
  return groups;
}

interface Branch {
  view: RunView;
  groups: Map<string | null, Item[]>;
  /** Null for the run of the page. */
  runId: string | null;
}

/** The rows that are seen: all but those in closed rows. */
export function outlineOf(
  view: RunView,
  journals: ReadonlyMap<string, Journal>,
  toggled: ReadonlySet<string>,
): OutlineRow[] {
  const rows: OutlineRow[] = [];
  const visit = (branch: Branch, items: readonly Item[], level: number, parentKey: string | null): void => {
    items.forEach((item, index) => {
      const key = addressOf(branch.runId, item.id);
      const childRunId = item.kind === "subagent" ? item.ref : null;
      const own = branch.groups.get(item.id) ?? [];
      const isToggled = toggled.has(key);
      const isOpen = childRunId !== null ? isToggled : own.length > 0 ? !isToggled : null;
      const journal = childRunId === null ? undefined : journals.get(childRunId);
      rows.push({
        key,
        item,
        view: branch.view,
        level,
        position: index + 1,
        siblings: items.length,
        parentKey,
        isOpen,
        isLoading: childRunId !== null && isToggled && !journal,
      });
      if (!isOpen) return;
      visit(branch, own, level + 1, key);
      if (!journal) return;
      const inner = { view: journal.view, groups: byParent(journal.view), runId: childRunId };
      visit(inner, inner.groups.get("run") ?? [], level + 1, key);
    });
  };
  const root = { view, groups: byParent(view), runId: null };
  visit(root, root.groups.get(null) ?? [], 1, null);
  return rows;
}
