import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Approval } from "@/api/model";
import { neighbour, useSelection } from "./selection";

afterEach(cleanup);

const row = (id: string): Approval => ({
  id,
  run_id: "run_1",
  root_run_id: "run_1",
  session_id: "ses_1",
  agent: "a",
  tool: "t",
  args: {},
  args_hash: "",
  status: "pending",
  requested_at: "2026-01-01T00:00:00Z",
  reason: null,
  decided_at: null,
  decided_by: null,
  decision_reason: null,
  edited_args: null,
});
const rowsOf = (...ids: string[]) => ids.map(row);

function selecting(ids: string[]) {
  const initialProps = { rows: rowsOf(...ids), decided: new Set<string>() };
  return renderHook(({ rows, decided }) => useSelection(rows, decided), { initialProps });
}

test("the first is chosen, and stays so when another comes in above it", () => {
  const { result, rerender } = selecting(["a", "b"]);
  expect(result.current.chosen?.id).toBe("a");
  rerender({ rows: rowsOf("new", "a", "b"), decided: new Set() });
  expect(result.current.chosen?.id).toBe("a");
});

test("when somebody else decides the chosen one, no other takes its place", () => {
  const { result, rerender } = selecting(["a", "b"]);
  rerender({ rows: rowsOf("b"), decided: new Set() });
  expect(result.current.chosen).toBeNull();
  expect(result.current.current).toBe("a");
});

test("when it was decided here, the first of the rest is chosen", () => {
  const { result, rerender } = selecting(["a"]);
  rerender({ rows: [], decided: new Set(["a"]) });
  expect(result.current.chosen).toBeNull();
  rerender({ rows: rowsOf("b"), decided: new Set(["a"]) });
  expect(result.current.chosen?.id).toBe("b");
});

test("the selection goes to the next row, and from the last to the one before", () => {
  const rows = rowsOf("a", "b", "c");
  expect(neighbour(rows, "a")).toBe("b");
  expect(neighbour(rows, "c")).toBe("b");
  expect(neighbour(rowsOf("a"), "a")).toBeNull();
});
