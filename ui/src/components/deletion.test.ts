import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deleteWithUndo, eachOf, useHidden } from "./deletion";
import { dismissToast, readToasts } from "./toast_store";

const UNDO_OVER_MS = 10_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  for (const { id } of readToasts()) dismissToast(id);
  vi.useRealTimers();
});

const hiddenNow = () => renderHook(useHidden).result.current;
const passTime = () => act(() => vi.advanceTimersByTimeAsync(UNDO_OVER_MS));

test("what goes is hidden at once and erased when the time to take it back is over", async () => {
  const erased: string[] = [];
  deleteWithUndo({ ids: ["a", "b"], text: "", erase: async ({ id }) => erased.push(id) });
  expect(hiddenNow()).toContain("a");
  expect(erased).toEqual([]);
  await passTime();
  expect(erased).toEqual(["a", "b"]);
  expect(hiddenNow()).toContain("b");
});

test("what is taken back is shown again and never erased", async () => {
  const erased: string[] = [];
  deleteWithUndo({ ids: ["c"], text: "", erase: async ({ id }) => erased.push(id) });
  readToasts()[0]?.action?.run();
  expect(hiddenNow()).not.toContain("c");
  await passTime();
  expect(erased).toEqual([]);
});

test("a page that goes erases at once, by requests that outlive it", () => {
  const kept: boolean[] = [];
  deleteWithUndo({ ids: ["d", "e"], text: "", erase: async ({ keepalive }) => kept.push(keepalive) });
  window.dispatchEvent(new Event("pagehide"));
  expect(kept).toEqual([true, true]);
});

test("what cannot be erased is shown again, and the error told", async () => {
  const refused = async ({ id }: { id: string }) => {
    if (id === "g") throw new Error("it is at work");
  };
  deleteWithUndo({ ids: ["f", "g"], text: "", erase: refused });
  await passTime();
  expect(hiddenNow()).toContain("f");
  expect(hiddenNow()).not.toContain("g");
  expect(readToasts().map((message) => message.kind)).toEqual(["error"]);
});

test("no more are under way at once than allowed", async () => {
  let open = 0;
  let most = 0;
  await eachOf([1, 2, 3, 4, 5], 2, async () => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
  });
  expect(most).toBe(2);
});
