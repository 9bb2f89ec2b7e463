import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "@/api/events";
import { foldEvents } from "@/run/fold";
import { EMPTY_RUN, NO_USAGE, type RunView } from "@/run/view";
import { compareSettings } from "./configuration";
import { figuresOf, firstTokenOf } from "./figures";
import { alignSteps, isSameJson } from "./steps";

function recorded(name: string): RunEvent[] {
  const text = readFileSync(join(process.cwd(), "../tests/golden/streams", name), "utf8");
  const events = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
  return events.filter((event) => event.run_id === events[0]?.run_id);
}

const events = recorded("tool_run.jsonl");
const run = foldEvents(EMPTY_RUN, events);

/** The same run with one tool call changed. */
function withTool(change: Partial<RunView["tools"][string]>): RunView {
  const id = run.toolOrder[0] as string;
  const tool = run.tools[id];
  return tool ? { ...run, tools: { ...run.tools, [id]: { ...tool, ...change } } } : run;
}

const verdicts = (a: RunView, b: RunView) => alignSteps(a, b).map((pair) => pair.verdict);

describe("aligned steps", () => {
  test("of a run beside itself are all the same", () => {
    const pairs = alignSteps(run, run);
    expect(pairs.map((pair) => [pair.a?.step.number, pair.b?.step.number, pair.verdict])).toEqual([
      [1, 1, "same"],
      [2, 2, "same"],
    ]);
    expect(pairs.flatMap((pair) => pair.tools).every((pair) => pair.verdict === "same")).toBe(true);
  });

  test("name what differs in a tool call", () => {
    const [first] = alignSteps(run, withTool({ args: { a: 9 }, result: 99 }));
    expect([first?.verdict, first?.differs]).toEqual(["changed", ["tool calls"]]);
    expect(first?.tools[0]?.differs).toEqual(["arguments", "result"]);
  });

  test("show another tool as one removed and one added", () => {
    const [first] = alignSteps(run, withTool({ name: "subtract" }));
    const told = first?.tools.map((pair) => pair.verdict) ?? [];
    expect(told.filter((verdict) => verdict !== "same").toSorted()).toEqual(["added", "removed"]);
  });

  test("pair the answers when one run took a step less", () => {
    const answerOnly = { ...run, steps: run.steps.slice(1) };
    expect(verdicts(run, answerOnly)).toEqual(["removed", "same"]);
    expect(verdicts(answerOnly, run)).toEqual(["added", "same"]);
  });

  test("work with a run that goes on", () => {
    for (const [index] of events.entries()) {
      const view = foldEvents(EMPTY_RUN, events.slice(0, index));
      expect(alignSteps(view, run).filter((pair) => pair.b !== null)).toHaveLength(run.steps.length);
    }
  });
});

test("members of an object have no order, items of a list have", () => {
  expect(isSameJson({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
  expect(isSameJson({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(isSameJson([1, 2], [2, 1])).toBe(false);
  expect(isSameJson([], {})).toBe(false);
  expect(isSameJson(null, {})).toBe(false);
});

test("figures tell by how much the second run differs", () => {
  const more = { ...run, status: "failed" as const, usage: { ...NO_USAGE, input_tokens: 30, cost_usd: 0.5 } };
  const less = { ...run, usage: { ...NO_USAGE, input_tokens: 20, cost_usd: null } };
  const of = (name: string) => figuresOf(less, more).find((figure) => figure.name === name);
  expect(of("Tokens in")).toEqual({
    name: "Tokens in",
    a: "20",
    b: "30",
    isSame: false,
    delta: "+10 (+50\u00a0%)",
  });
  expect(of("Cost")).toMatchObject({ a: "–", b: "$0.500", delta: null });
  expect(of("Status")).toMatchObject({ a: "completed", b: "failed", isSame: false });
  expect(of("Agent")?.isSame).toBe(true);
});

test("the first token is that of the first step which tells it", () => {
  const told = run.steps.map((step, index) => ({ ...step, firstToken_ms: index === 0 ? null : 42 }));
  expect(firstTokenOf({ ...run, steps: told })).toBe(42);
  expect(firstTokenOf(EMPTY_RUN)).toBe(null);
});

test("settings that differ are found by name, also those that only one run has", () => {
  const other = { ...run, metadata: { team: "x" }, tags: ["blue"] };
  const differing = compareSettings({ view: run, events }, { view: other, events }, [])
    .filter((setting) => !setting.isSame)
    .map((setting) => setting.name);
  expect(differing.toSorted()).toEqual(["Metadata team", "Tags"]);
});
