import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "@/api/events";
import { foldEvents, foldRun, foldUntil } from "./fold";
import { textOf } from "./parts";
import { EMPTY_RUN, type RunView } from "./view";

const FOLDER = join(process.cwd(), "../tests/golden/streams");

function recorded(name: string): RunEvent[] {
  const lines = readFileSync(join(FOLDER, name), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

/** The root run's own journal: a recording may hold a subagent's too. */
function rootOf(events: RunEvent[]): RunEvent[] {
  return events.filter((event) => event.run_id === events[0]?.run_id);
}

const fold = (name: string): RunView => foldEvents(EMPTY_RUN, recorded(name));
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".jsonl"));

describe.each(names)("the recorded stream %s", (name) => {
  test("folds one by one to what it folds to at once, and every prefix is a view", () => {
    const events = recorded(name);
    let view = EMPTY_RUN;
    for (const [index, event] of events.entries()) {
      view = foldRun(view, event);
      expect(view).toEqual(foldEvents(EMPTY_RUN, events.slice(0, index + 1)));
    }
    expect(view.unknownCount).toBe(0);
    expect(view.isCompacted).toBe(false);
  });

  test("counts while it runs the usage that its end tells", () => {
    const events = rootOf(recorded(name));
    const before = foldEvents(EMPTY_RUN, events.slice(0, -1));
    expect(before.usage).toEqual(foldEvents(EMPTY_RUN, events).usage);
  });

  test("leaves no span and no message open at its end", () => {
    const view = fold(name);
    expect(view.spans.filter((span) => span.end === null)).toEqual([]);
    expect(view.messages.filter((message) => message.state === "streaming")).toEqual([]);
  });
});

test("a decision closes an approval, and the denied call never ran", () => {
  const view = fold("approval.jsonl");
  const [paid, refused] = view.toolOrder.map((id) => view.tools[id]);
  expect([paid?.state, refused?.state]).toEqual(["ok", "denied"]);
  expect([paid?.approval?.decision, refused?.approval?.decision]).toEqual(["approve", "deny"]);
  expect(refused?.executions).toBe(0);
  expect(view.spans.filter((span) => span.kind === "pause")).toHaveLength(1);
});

test("a paused run tells what waits", () => {
  const events = recorded("approval.jsonl");
  const view = foldUntil(events, events.find((event) => event.type === "run.paused")?.seq ?? 0);
  expect(view.status).toBe("paused");
  expect(view.pending.map((call) => call.name)).toEqual(["pay", "pay"]);
});

test("a retried message is failed, and the next one has the answer", () => {
  const said = fold("retry.jsonl").messages.filter((message) => message.role === "assistant");
  expect(said.map((message) => [message.state, textOf(message.parts)])).toEqual([
    ["failed", "It is"],
    ["complete", "It is 7."],
  ]);
});

test("a subagent is a child with its own journal", () => {
  const view = fold("subagent.jsonl");
  expect(view.children.map((child) => [child.agent, child.state])).toEqual([["researcher", "ok"]]);
  expect(Object.values(view.tools)[0]?.childRunId).toBe(view.children[0]?.runId);
});

test("an event seen twice changes nothing", () => {
  const events = recorded("plain_run.jsonl");
  const view = foldEvents(EMPTY_RUN, events);
  expect(foldEvents(view, events)).toBe(view);
});

test("a type of a later version is counted and skipped", () => {
  const [first] = recorded("plain_run.jsonl");
  const later = { ...(first as RunEvent), seq: 2, type: "run.teleported", data: {} } as RunEvent;
  const view = foldEvents(EMPTY_RUN, [first as RunEvent, later]);
  expect([view.unknownCount, view.lastSeq]).toEqual([1, 2]);
});

test("a jump of seq shows that the journal was compacted", () => {
  const events = recorded("plain_run.jsonl");
  expect(foldEvents(EMPTY_RUN, [...events.slice(0, 3), ...events.slice(4)]).isCompacted).toBe(true);
});

test("folding leaves the view before as it was, and shares what did not change", () => {
  const events = recorded("tool_run.jsonl");
  const before = foldEvents(EMPTY_RUN, events.slice(0, 16));
  const copy = structuredClone(before);
  const after = foldEvents(before, events.slice(16));
  expect(before).toEqual(copy);
  expect(after.tools).toBe(before.tools);
  expect(after.messages[0]).toBe(before.messages[0]);
});
