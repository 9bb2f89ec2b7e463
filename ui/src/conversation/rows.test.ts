import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "@/api/events";
import { foldEvents } from "@/run/fold";
import { EMPTY_RUN, type RunView } from "@/run/view";
import { rowsOf } from "./rows";
import { segmentsOf } from "./segments";

function recorded(name: string): RunEvent[] {
  const file = join(process.cwd(), "../tests/golden/streams", name);
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
}

const fold = (name: string): RunView => foldEvents(EMPTY_RUN, recorded(name));
const kindsOf = (view: RunView) => rowsOf(view).map((row) => row.kind);

test("a tool's card stands between its call and the answer, and its result is no line of its own", () => {
  const kinds = kindsOf(fold("tool_run.jsonl"));
  expect(kinds[0]).toBe("message");
  expect(kinds.indexOf("tool")).toBeLessThan(kinds.lastIndexOf("message"));
  expect(kinds.at(-1)).toBe("end");
});

test("every line has a key of its own that no later event changes", () => {
  for (const name of ["approval.jsonl", "handoff.jsonl", "retry.jsonl", "subagent.jsonl"]) {
    const events = recorded(name);
    const all = rowsOf(foldEvents(EMPTY_RUN, events)).map((row) => row.key);
    expect(new Set(all).size).toBe(all.length);
    const half = rowsOf(foldEvents(EMPTY_RUN, events.slice(0, events.length / 2)));
    const kept = half.filter((row) => row.kind === "tool" || row.kind === "handoff");
    for (const row of kept) expect(all).toContain(row.key);
  }
});

test("a run without an end has no line of an end", () => {
  const events = recorded("plain_run.jsonl");
  expect(kindsOf(foldEvents(EMPTY_RUN, events.slice(0, -1)))).not.toContain("end");
});

test("a structured answer is a line, and a text is not told twice", () => {
  const view = fold("plain_run.jsonl");
  expect(kindsOf(view)).not.toContain("output");
  expect(kindsOf({ ...view, output: { city: "Rome" } })).toContain("output");
});

test("texts that follow each other are one piece, so that markdown goes on across them", () => {
  const text = (words: string) => ({ type: "text" as const, text: words });
  const segments = segmentsOf([{ type: "reasoning", text: "hm" }, text("# A"), text("\n\nB")]);
  expect(segments).toEqual([
    { kind: "reasoning", text: "hm" },
    { kind: "text", text: "# A\n\nB" },
  ]);
});
