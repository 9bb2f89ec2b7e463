import { expect, test } from "vitest";
import { align, CELLS_MAX_COUNT } from "./align";

const equal = (a: string, b: string) => (a === b ? 1 : 0);
const pairs = (a: string, b: string) =>
  align([...a], [...b], equal).map((pair) => `${pair.a ?? "-"}${pair.b ?? "-"}`);

test("equal items pair, and what is missing on a side stands alone", () => {
  expect(pairs("abcd", "acdx")).toEqual(["aa", "b-", "cc", "dd", "-x"]);
});

test("an empty list pairs with nothing", () => {
  expect(pairs("", "ab")).toEqual(["-a", "-b"]);
  expect(pairs("ab", "")).toEqual(["a-", "b-"]);
  expect(pairs("", "")).toEqual([]);
});

test("what is not alike never pairs", () => {
  expect(pairs("ab", "xy").every((pair) => pair.includes("-"))).toBe(true);
});

test("the greater likeness wins over the nearer place", () => {
  const likeness = (a: number, b: number) => 1 / (1 + Math.abs(a - b));
  expect(align([10], [1, 10], likeness)).toEqual([
    { a: null, b: 1 },
    { a: 10, b: 10 },
  ]);
});

test("lists too long to weigh pair by their place", () => {
  const long = Array.from({ length: Math.sqrt(CELLS_MAX_COUNT) + 1 }, (_, index) => index);
  const found = align(long, long.slice(1), () => 1);
  expect([found[0], found.at(-1)]).toEqual([
    { a: 0, b: 1 },
    { a: long.length - 1, b: null },
  ]);
});
