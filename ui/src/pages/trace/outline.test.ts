import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "@/api/events";
import { foldEvents } from "@/run/fold";
import { EMPTY_RUN, type RunView } from "@/run/view";
import { filtered, Pairs, spanOf } from "./event_rows";
import type { Journal } from "./journals";
import { messagesIn } from "./model_call";
import { addressOf, itemsOf, openedRuns, outlineOf, parseAddress } from "./outline";
import { stepTo } from "./tree_keys";

const FOLDER = join(process.cwd(), "../tests/golden/streams");
const START_MS = Date.parse("2026-01-01T00:00:00Z");

/** A recorded stream; recordings carry no time, so one is given: a millisecond per event. */
function recorded(name: string): RunEvent[] {
  const lines = readFileSync(join(FOLDER, name), "utf8").trim().split("\n");
  return lines.map((line, index) => ({
    ...(JSON.parse(line) as RunEvent),
    time: new Date(START_MS + index).toISOString(),
  }));
}

const of = (events: RunEvent[], runId: string) => events.filter((event) => event.run_id === runId);
const fold = (name: string): RunView => foldEvents(EMPTY_RUN, recorded(name));
const NO_JOURNALS = new Map<string, Journal>();
const outlined = (view: RunView, toggled: string[] = [], journals = NO_JOURNALS) =>
  outlineOf(view, journals, new Set(toggled));
const drawn = (rows: ReturnType<typeof outlined>) =>
  rows.map((row) => `${"  ".repeat(row.level - 1)}${row.item.kind} ${row.item.label}`);

test("a run holds its steps, and a step its model call and its tools", () => {
  expect(drawn(outlined(fold("tool_run.jsonl")))).toEqual([
    "run assistant",
    "  queue Queued",
    "  step Step 1",
    "    model scripted:model",
    "    tool add",
    "    tool add",
    "  step Step 2",
    "    model scripted:model",
  ]);
});

test("a handoff stands in the step that made it", () => {
  const rows = outlined(fold("handoff.jsonl"));
  const handoff = rows.find((row) => row.item.kind === "handoff");
  expect(handoff?.item.label).toBe("front → billing");
  expect(handoff?.parentKey).toBe("step:1");
});

test("a closed row hides what is in it", () => {
  const rows = outlined(fold("tool_run.jsonl"), ["step:1"]);
  expect(rows.filter((row) => row.item.kind === "tool")).toEqual([]);
  expect(rows.find((row) => row.key === "step:1")?.isOpen).toBe(false);
});

test("a child run is closed, then read, then shows its own steps inside", () => {
  const events = recorded("subagent.jsonl");
  const view = foldEvents(EMPTY_RUN, of(events, "run_1"));
  const closed = outlined(view);
  expect(closed.find((row) => row.key === "child:run_2")?.isOpen).toBe(false);

  const waiting = outlined(view, ["child:run_2"]);
  expect(waiting.find((row) => row.key === "child:run_2")?.isLoading).toBe(true);

  const inner = of(events, "run_2");
  const journal: Journal = {
    runId: "run_2",
    events: inner,
    view: foldEvents(EMPTY_RUN, inner),
    isDone: true,
  };
  const open = outlined(view, ["child:run_2"], new Map([["run_2", journal]]));
  const nested = open.filter((row) => row.key.startsWith("run_2/"));
  expect(nested.map((row) => [row.key, row.level])).toEqual([
    ["run_2/queue:1", 5],
    ["run_2/step:1", 5],
    ["run_2/model:msg_2", 6],
  ]);
  expect(nested[0]?.parentKey).toBe("child:run_2");
});

test("an address names the run and the span", () => {
  expect(parseAddress(addressOf("run_2", "tool:call_1"))).toEqual({ runId: "run_2", spanId: "tool:call_1" });
  expect(parseAddress("step:3")).toEqual({ runId: null, spanId: "step:3" });
  expect(openedRuns(new Set(["step:1", "child:run_2", "run_2/child:run_3"]))).toEqual(["run_2", "run_3"]);
});

test("arrow keys walk the rows, open and close them, and stay inside", () => {
  const rows = outlined(fold("tool_run.jsonl"), ["step:2"]);
  const at = (key: string) => rows.findIndex((row) => row.key === key);
  expect(stepTo("ArrowUp", rows, 0)).toEqual({ kind: "walk", key: "run" });
  expect(stepTo("ArrowDown", rows, 0)).toEqual({ kind: "walk", key: "queue:1" });
  expect(stepTo("End", rows, 0)).toEqual({ kind: "walk", key: "step:2" });
  expect(stepTo("ArrowRight", rows, at("step:1"))).toEqual({ kind: "walk", key: "model:msg_1" });
  expect(stepTo("ArrowLeft", rows, at("step:1"))).toEqual({ kind: "toggle", key: "step:1" });
  expect(stepTo("ArrowRight", rows, at("step:2"))).toEqual({ kind: "toggle", key: "step:2" });
  expect(stepTo("ArrowLeft", rows, at("model:msg_1"))).toEqual({ kind: "walk", key: "step:1" });
  expect(stepTo("Enter", rows, at("step:2"))).toEqual({ kind: "select", key: "step:2" });
  expect(stepTo("x", rows, 0)).toBeNull();
});

test("a model call is sent the input, and earlier answers with the results of their tools", () => {
  const view = fold("tool_run.jsonl");
  const answers = view.messages.filter((message) => message.role === "assistant");
  const [first, second] = answers.map((message) => messagesIn(view, message));
  expect(first?.map((message) => message.role)).toEqual(["user"]);
  expect(second?.map((message) => message.role)).toEqual(["user", "assistant", "tool"]);
  expect(second?.[2]?.parts.map((part) => part.type === "tool_result" && part.content)).toEqual(["3", "7"]);
});

test("a cut answer is not sent again", () => {
  const view = fold("retry.jsonl");
  const last = view.messages.findLast((message) => message.role === "assistant");
  expect(last && messagesIn(view, last).map((message) => message.role)).toEqual(["user"]);
});

test.each(["approval.jsonl", "tool_run.jsonl", "handoff.jsonl", "retry.jsonl"])(
  "in %s every event belongs to an item, and every opening to its closing",
  (name) => {
    const events = recorded(name);
    const known = new Set(itemsOf(foldEvents(EMPTY_RUN, events)).map((item) => item.id));
    expect(events.map(spanOf).filter((span) => !known.has(span))).toEqual([]);
    const pairs = new Pairs().take(events);
    const openings = events.filter(({ type }) => /\.(started|approval_requested)$/.test(type));
    const alone = openings.filter(({ type, seq }) => type !== "run.started" && pairs.partnerOf(seq) === null);
    expect(alone).toEqual([]);
    const grown = new Pairs();
    for (const index of events.keys()) grown.take(events.slice(0, index + 1));
    for (const { seq } of events) {
      const partner = pairs.partnerOf(seq);
      if (partner !== null) expect(pairs.partnerOf(partner)).toBe(seq);
      expect(grown.partnerOf(seq)).toBe(partner);
    }
    expect(pairs.partnerOf(1)).toBe(events.length);
  },
);

test("events are filtered by stream, type and every word", () => {
  const events = recorded("tool_run.jsonl");
  const seqs = (filter: Partial<Parameters<typeof filtered>[1]>) =>
    filtered(events, { stream: "", type: "", text: "", ...filter }).map((event) => event.seq);
  expect(seqs({})).toHaveLength(events.length);
  expect(seqs({ type: "tool.completed" })).toEqual([11, 13]);
  expect(seqs({ stream: "tool", text: "CALL_2 executing" })).toEqual([12]);
  expect(seqs({ text: "no such word" })).toEqual([]);
});
