/** Steps of two runs, aligned: which tool calls and answers are the same, changed, added or removed. */
import { textOf } from "@/run/parts";
import type { RunView, StepView, ToolView } from "@/run/view";
import { align, type Pair } from "./align";

export type Verdict = "same" | "changed" | "added" | "removed";

export interface ToolPair extends Pair<ToolView> {
  verdict: Verdict;
  /** What differs, when changed. */
  differs: readonly string[];
}

/** A step with what was said and called in it. */
export interface Work {
  step: StepView;
  text: string;
  tools: readonly ToolView[];
}

export interface WorkPair extends Pair<Work> {
  verdict: Verdict;
  differs: readonly string[];
  tools: readonly ToolPair[];
}

/** Whether two JSON values are the same; the order of an object's members does not count. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        isSameJson((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
}

/** A step's work is the same object for as long as nothing in it changes: its likeness to others is kept by it. */
const known = new WeakMap<StepView, Work>();

const isSameWork = (a: Work, b: Work) =>
  a.text === b.text &&
  a.tools.length === b.tools.length &&
  a.tools.every((tool, index) => tool === b.tools[index]);

export function worksOf(view: RunView): Work[] {
  const calls = view.toolOrder.map((id) => view.tools[id] as ToolView);
  const said = view.messages.filter((each) => each.source === "model" && each.state !== "failed");
  return view.steps.map((step) => {
    const text = said
      .filter((message) => message.step === step.number)
      .map((message) => textOf(message.parts))
      .join("\n\n");
    const work = {
      step,
      text,
      tools: calls.filter((tool) => tool.step === step.number),
    };
    const before = known.get(step);
    if (before && isSameWork(before, work)) return before;
    known.set(step, work);
    return work;
  });
}

const likenessOfTools = (a: ToolView, b: ToolView) =>
  a.name === b.name ? 1 + (isSameJson(a.args, b.args) ? 2 : 0) : 0;

const isAtWork = (work: Work) => work.step.state === "running";

/** A step at work that called nothing so far may still do so. */
const isUndecided = (work: Work) => isAtWork(work) && work.tools.length === 0;

/** What one tool of each is like, without a table. */
function pairedTools(a: readonly ToolView[], b: readonly ToolView[]): Pair<ToolView>[] {
  const [one, other] = [a[0], b[0]];
  if (a.length > 1 || b.length > 1 || !one || !other) {
    return align(a, b, likenessOfTools).filter((pair) => pair.a && pair.b);
  }
  return one.name === other.name ? [{ a: one, b: other }] : [];
}

const likenesses = new WeakMap<Work, WeakMap<Work, number>>();

/** As weighed before, where neither has changed: of a run at work only its last steps are weighed again. */
function likenessOfWorks(a: Work, b: Work): number {
  let row = likenesses.get(a);
  if (!row) {
    row = new WeakMap();
    likenesses.set(a, row);
  }
  let likeness = row.get(b);
  if (likeness === undefined) {
    likeness = weighed(a, b);
    row.set(b, likeness);
  }
  return likeness;
}

/** Steps that call tools pair with such, and answers with answers. */
function weighed(a: Work, b: Work): number {
  if (a.tools.length > 0 !== b.tools.length > 0) return isUndecided(a) || isUndecided(b) ? 0.1 : 0;
  const sameAgent = a.step.agent === b.step.agent ? 0.2 : 0;
  if (a.tools.length === 0) return 1 + sameAgent + (a.text === b.text ? 1 : 0);
  const paired = pairedTools(a.tools, b.tools);
  const names = paired.length / Math.max(a.tools.length, b.tools.length);
  const args = paired.filter((pair) => isSameJson(pair.a?.args, pair.b?.args)).length / a.tools.length;
  return 0.5 + sameAgent + 2 * names + args;
}

function judged<T>(pair: Pair<T>, differences: (a: T, b: T) => string[]) {
  const { a, b } = pair;
  if (a === null) return { ...pair, verdict: "added" as const, differs: [] };
  if (b === null) return { ...pair, verdict: "removed" as const, differs: [] };
  const differs = differences(a, b);
  return { ...pair, verdict: differs.length > 0 ? ("changed" as const) : ("same" as const), differs };
}

const named = (rows: readonly (readonly [string, boolean])[]) =>
  rows.flatMap(([name, isSame]) => (isSame ? [] : [name]));

const differencesOfTools = (a: ToolView, b: ToolView) =>
  named([
    ["version", a.version === b.version],
    ["arguments", isSameJson(a.args, b.args)],
    ["state", a.state === b.state],
    ["result", isSameJson(a.result, b.result)],
    ["error", a.error?.code === b.error?.code && a.error?.message === b.error?.message],
  ]);

const differencesOfWorks = (a: Work, b: Work, tools: readonly ToolPair[]) =>
  named([
    ["agent", a.step.agent === b.step.agent],
    // A step at work names the model that was asked for; an ended one, the model that answered.
    ["model", isAtWork(a) || isAtWork(b) || a.step.model === b.step.model],
    ["state", a.step.state === b.step.state],
    ["text", a.text === b.text],
    ["tool calls", tools.every((pair) => pair.verdict === "same")],
  ]);

/** `removed` is only in `a`, `added` only in `b`. */
export function alignSteps(a: RunView, b: RunView): WorkPair[] {
  return align(worksOf(a), worksOf(b), likenessOfWorks).map((pair) => {
    const tools = align(pair.a?.tools ?? [], pair.b?.tools ?? [], likenessOfTools).map((one) =>
      judged(one, differencesOfTools),
    );
    return { ...judged(pair, (left, right) => differencesOfWorks(left, right, tools)), tools };
  });
}
