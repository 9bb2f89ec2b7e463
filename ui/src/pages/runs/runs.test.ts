import { expect, test } from "vitest";
import type { Run } from "@/api/model";
import { excerptOf } from "./cells";
import { filtersOf } from "./filters_state";
import { newerCount } from "./held";
import { NONE, toggled } from "./selection";

const ORDER = ["a", "b", "c", "d", "e"];
const row = (id: string, created_at: string) => ({ id, created_at }) as Run;

test("a range reaches from the last one touched, in both directions", () => {
  const one = toggled(NONE, "d", ORDER, false);
  expect([...toggled(one, "b", ORDER, true).ids].sort()).toEqual(["b", "c", "d"]);
  const other = toggled(toggled(NONE, "b", ORDER, false), "e", ORDER, true);
  expect([...other.ids].sort()).toEqual(["b", "c", "d", "e"]);
});

test("a range that ends at a chosen one is let go of", () => {
  const all = { ids: new Set(ORDER), anchor: "b" };
  expect([...toggled(all, "d", ORDER, true).ids].sort()).toEqual(["a", "e"]);
});

test("a range whose begin is gone is one row", () => {
  expect([...toggled({ ids: new Set(), anchor: "gone" }, "c", ORDER, true).ids]).toEqual(["c"]);
});

test("rows before the one that was at the top are new, also when it is gone", () => {
  const rows = [row("d", "4"), row("c", "3"), row("b", "2")];
  expect(newerCount(rows, row("c", "3"))).toBe(1);
  expect(newerCount(rows, row("gone", "3.5"))).toBe(1);
  expect(newerCount(rows, row("d", "4"))).toBe(0);
});

test("filters are read from the address, and a status that there is not is none", () => {
  const params = new URLSearchParams("q=hi&status=failed&session=ses_1&parent=run_1&agent=talker&tab=x");
  expect(filtersOf(params)).toEqual({
    q: "hi",
    status: "failed",
    session_id: "ses_1",
    parent_run_id: "run_1",
    agent: "talker",
  });
  expect(filtersOf(new URLSearchParams("status=finished&q="))).toEqual({});
});

test("an input is one line of text, whatever it is made of", () => {
  expect(excerptOf("two\n  lines")).toBe("two lines");
  expect(
    excerptOf([
      { type: "text", text: "look at" },
      { type: "image", data: "…" },
    ]),
  ).toBe("look at [image]");
  expect(excerptOf({ city: "Bern" })).toBe('{"city":"Bern"}');
  expect(excerptOf(null)).toBe("");
  expect(excerptOf("x".repeat(10_000)).length).toBeLessThan(1000);
});
