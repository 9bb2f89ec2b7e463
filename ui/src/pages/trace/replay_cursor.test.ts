import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useCursor } from "./replay_cursor";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function cursorAt(first: number | null) {
  const written: (number | null)[] = [];
  const hook = renderHook(({ at }: { at: number | null }) => useCursor(at, (seq) => written.push(seq)), {
    initialProps: { at: first },
  });
  const seek = (seq: number | null) => act(() => hook.result.current[1](seq));
  return { written, seek, rerender: hook.rerender, unmount: hook.unmount, seq: () => hook.result.current[0] };
}

test("the scrubber moves at once, and the address once it rests", () => {
  const cursor = cursorAt(null);
  for (const seq of [1, 2, 3]) cursor.seek(seq);
  expect([cursor.seq(), cursor.written]).toEqual([3, []]);
  act(() => vi.runAllTimers());
  expect(cursor.written).toEqual([3]);
});

test("an address that changes by other means moves the scrubber", () => {
  const cursor = cursorAt(5);
  cursor.seek(9);
  act(() => vi.runAllTimers());
  cursor.rerender({ at: 9 });
  cursor.rerender({ at: 5 });
  expect(cursor.seq()).toBe(5);
});

test("a place that is no number is the newest", () => {
  expect(cursorAt(Number.NaN).seq()).toBe(null);
});

test("leaving the page leaves its address alone", () => {
  const cursor = cursorAt(null);
  cursor.seek(2);
  cursor.unmount();
  vi.runAllTimers();
  expect(cursor.written).toEqual([]);
});
