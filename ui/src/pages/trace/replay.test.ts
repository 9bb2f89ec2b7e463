import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "@/api/events";
import { foldEvents } from "@/run/fold";
import { EMPTY_RUN } from "@/run/view";
import { borderAfter, borderBefore, forkPoint, stepBorders } from "./replay_borders";
import { changesBetween } from "./replay_changes";
import { CHECKPOINT_EVERY_COUNT, countUntil, Frames } from "./replay_frames";
import { advance, waitBefore } from "./replay_player";

const FOLDER = join(process.cwd(), "../tests/golden/streams");

function recorded(name: string): RunEvent[] {
  const lines = readFileSync(join(FOLDER, name), "utf8").trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as RunEvent);
  return events.filter((event) => event.run_id === events[0]?.run_id);
}

/** A run whose one message streams in by `count` pieces. */
function longRun(count: number): RunEvent[] {
  const [queued, begun, step, started, delta] = recorded("plain_run.jsonl");
  const pieces = Array.from({ length: count }, (_, index) => ({
    ...(delta as RunEvent),
    seq: index + 5,
    data: { ...delta?.data, delta: `w${index} ` },
  }));
  return [queued, begun, step, started, ...pieces] as RunEvent[];
}

const seqOf = (events: readonly RunEvent[], type: string) =>
  events.find((event) => event.type === type)?.seq ?? 0;

describe("frames", () => {
  const events = longRun(3 * CHECKPOINT_EVERY_COUNT);

  test("show at any place, in any order, what folding from the beginning shows", () => {
    const frames = new Frames();
    for (const count of [650, 3, 200, 201, 199, 0, 600, 601, 604, 400, 10_000]) {
      expect(frames.at(events, count)).toEqual(foldEvents(EMPTY_RUN, events.slice(0, count)));
    }
  });

  test("go on when the journal has grown", () => {
    const frames = new Frames();
    frames.at(events.slice(0, 350), 350);
    expect(frames.at(events, 500)).toEqual(foldEvents(EMPTY_RUN, events.slice(0, 500)));
    expect(frames.at(events, 380)).toEqual(foldEvents(EMPTY_RUN, events.slice(0, 380)));
  });

  test("a place is found by seq, also in a gap", () => {
    const compacted = [...events.slice(0, 4), ...events.slice(9)];
    expect([0, 1, 4, 7, 9, 10, 99_999].map((seq) => countUntil(compacted, seq))).toEqual([
      0,
      1,
      4,
      4,
      4,
      5,
      compacted.length,
    ]);
  });
});

describe("borders of steps", () => {
  const events = recorded("tool_run.jsonl");
  const borders = stepBorders(events);

  test("are where a step begins or ends, and the scrubber jumps between them", () => {
    expect(borders.map((count) => events[count - 1]?.type)).toEqual([
      "step.started",
      "step.completed",
      "step.started",
      "step.completed",
    ]);
    const [first, second] = borders as [number, number];
    expect(borderAfter(borders, first, events.length)).toBe(second);
    expect(borderBefore(borders, second)).toBe(first);
    expect(borderBefore(borders, first)).toBe(1);
    expect(borderAfter(borders, events.length - 1, events.length)).toBe(events.length);
  });

  test("a fork before the end of the first step makes the run again", () => {
    const point = forkPoint(events, seqOf(events, "step.completed") - 1);
    expect(point).toEqual({ seq: 1, step: null, needsInput: false });
  });

  test("a fork in the second step keeps the first, which left results to go on with", () => {
    const end = seqOf(events, "step.completed");
    expect(forkPoint(events, end + 3)).toEqual({ seq: end, step: 1, needsInput: false });
  });

  test("a fork behind the answer needs new input", () => {
    expect(forkPoint(events, events.length)).toMatchObject({ step: 2, needsInput: true });
  });

  test("a fork behind a handoff goes on with the other agent", () => {
    const journal = recorded("handoff.jsonl");
    expect(forkPoint(journal, seqOf(journal, "step.completed")).needsInput).toBe(false);
  });
});

describe("playing", () => {
  const at = (seconds: number, seq: number) =>
    ({ seq, type: "tool.delta", time: new Date(seconds * 1000).toISOString() }) as unknown as RunEvent;
  const events = [at(0, 1), at(1, 2), at(1, 3), at(3_601, 4)];

  test("keeps the recorded pace, and shortens a long wait", () => {
    expect([1, 2, 3].map((count) => waitBefore(events, count, "1x"))).toEqual([1000, 0, 2000]);
    expect(waitBefore(events, 1, "4x")).toBe(250);
  });

  test("moves on by the time that passed, and no further than the journal", () => {
    expect(advance(events, { count: 1, spentMs: 0 }, 999, "1x")).toEqual({ count: 1, spentMs: 999 });
    expect(advance(events, { count: 1, spentMs: 999 }, 1, "1x")).toEqual({ count: 3, spentMs: 0 });
    expect(advance(events, { count: 1, spentMs: 0 }, 60_000, "4x").count).toBe(4);
  });

  test("at most speed five thousand events take seconds", () => {
    const long = longRun(5_000);
    expect(advance(long, { count: 1, spentMs: 0 }, 5_000, "max").count).toBeGreaterThan(4_990);
  });
});

describe("what an event changed", () => {
  test.each(readdirSync(FOLDER).filter((name) => name.endsWith(".jsonl")))("is told for %s", (name) => {
    const events = recorded(name);
    const frames = new Frames();
    for (const [index, event] of events.entries()) {
      const changes = changesBetween(frames.at(events, index), frames.at(events, index + 1));
      expect(changes.length, `${event.seq} ${event.type}`).toBeGreaterThan(0);
      expect(changes.filter((change) => change.from === change.to)).toEqual([]);
    }
  });

  test("a tool's way is told by its states", () => {
    const events = recorded("approval.jsonl");
    const frames = new Frames();
    const told = events.flatMap((_, index) =>
      changesBetween(frames.at(events, index), frames.at(events, index + 1)).filter(
        (change) => change.what === "Tool pay",
      ),
    );
    expect(told.map((change) => change.to)).toEqual(
      expect.arrayContaining(["queued", "awaiting approval", "running", "ok", "denied"]),
    );
  });
});
