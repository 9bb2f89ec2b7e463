import { expect, test } from "vitest";
import type { Run } from "./model";
import { isWanted, laidOver } from "./run_pages";

const run = (id: string, minute: number, more: Partial<Run> = {}): Run =>
  ({
    id,
    session_id: "ses_1",
    agent: "talker",
    status: "completed",
    created_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    last_seq: 1,
    input: "",
    output: null,
    tags: [],
    parent_run_id: null,
    ...more,
  }) as Run;

const live = (...runs: Run[]) => new Map(runs.map((each) => [each.id, each]));
const idsOf = (runs: readonly Run[]) => runs.map((each) => each.id);
const PAGED = [run("run_c", 3), run("run_b", 2), run("run_a", 1)];

test("a new run comes first", () => {
  expect(idsOf(laidOver(PAGED, live(run("run_d", 4)), {}, false))).toEqual([
    "run_d",
    "run_c",
    "run_b",
    "run_a",
  ]);
});

test("a run that the pages have is shown as the feed told it last, in its place", () => {
  const rows = laidOver(PAGED, live(run("run_b", 2, { status: "failed", last_seq: 5 })), {}, true);
  expect(rows.map((row) => row.status)).toEqual(["completed", "failed", "completed"]);
});

test("what the feed told before the page was read does not count", () => {
  const paged = [run("run_b", 2, { last_seq: 9 })];
  expect(laidOver(paged, live(run("run_b", 2, { status: "running", last_seq: 5 })), {}, true)).toEqual(paged);
});

test("a run that no longer has the status leaves the list, and one that has it now comes in at its place", () => {
  const paged = [run("run_c", 3, { status: "running" }), run("run_a", 1, { status: "running" })];
  const told = live(run("run_c", 3, { last_seq: 2 }), run("run_b", 2, { status: "running" }));
  expect(idsOf(laidOver(paged, told, { status: "running" }, true))).toEqual(["run_b", "run_a"]);
});

test("a run older than what is loaded waits for its page", () => {
  expect(idsOf(laidOver(PAGED, live(run("run_0", 0)), {}, false))).not.toContain("run_0");
  expect(idsOf(laidOver(PAGED, live(run("run_0", 0)), {}, true)).at(-1)).toBe("run_0");
});

test("a run that two pages have is shown once", () => {
  expect(laidOver([...PAGED, ...PAGED], live(), {}, true)).toHaveLength(PAGED.length);
});

test("words are sought in input, output and tags without regard to case, and ids as a whole", () => {
  const said = run("run_x", 1, { input: "Weather in Bern", output: { degrees: 7 }, tags: ["nightly"] });
  expect(isWanted(said, { q: "bern WEATHER" })).toBe(true);
  expect(isWanted(said, { q: "degrees nightly" })).toBe(true);
  expect(isWanted(said, { q: "bern snow" })).toBe(false);
  expect(isWanted(said, { q: "run_x" })).toBe(true);
  expect(isWanted(said, { q: "run_" })).toBe(false);
});

test("every filter narrows", () => {
  const child = run("run_x", 1, { parent_run_id: "run_p" });
  const filters = { session_id: "ses_1", agent: "talker", parent_run_id: "run_p" };
  expect(isWanted(child, filters)).toBe(true);
  for (const name of ["session_id", "agent", "parent_run_id"]) {
    expect(isWanted(child, { ...filters, [name]: "another" })).toBe(false);
  }
});
