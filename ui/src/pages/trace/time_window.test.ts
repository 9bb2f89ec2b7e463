import { expect, test } from "vitest";
import { between, panned, parseWindow, placeOf, ticksOf, windowText, zoomed } from "./time_window";

const TOTAL_MS = 1000;

test("coming nearer keeps the time under the pointer where it is", () => {
  const near = zoomed({ from: 0, to: 1000 }, 0.5, TOTAL_MS, 250);
  expect(near).toEqual({ from: 125, to: 625 });
});

test("going far enough away shows the whole run, which has no text in the address", () => {
  expect(zoomed({ from: 400, to: 600 }, 100, TOTAL_MS)).toBeNull();
  expect(windowText(null)).toBeNull();
});

test("a window neither leaves the run nor shrinks to nothing", () => {
  expect(panned({ from: 0, to: 100 }, -1, TOTAL_MS)).toEqual({ from: 0, to: 100 });
  expect(panned({ from: 850, to: 950 }, 1, TOTAL_MS)).toEqual({ from: 900, to: 1000 });
  expect(between(500, 500, TOTAL_MS)).toEqual({ from: 500, to: 501 });
});

test("a brush may be drawn in both directions", () => {
  expect(between(700, 200, TOTAL_MS)).toEqual({ from: 200, to: 700 });
});

test("the address holds a window, and what is none shows the whole run", () => {
  expect(parseWindow(windowText({ from: 120, to: 900.5 }), TOTAL_MS)).toEqual({ from: 120, to: 900.5 });
  for (const text of [null, "", "9", "900-120", "a-b", "0-1000"])
    expect(parseWindow(text, TOTAL_MS)).toBeNull();
});

test("ticks are round and lie in the window", () => {
  expect(ticksOf({ from: 0, to: 1000 }, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
  expect(ticksOf({ from: 130, to: 290 }, 4)).toEqual([150, 200, 250]);
});

test("a span is placed in percent of the window, cut at its borders", () => {
  expect(placeOf({ from: 100, to: 200 }, 150, 400)).toEqual({ left: 50, width: 50 });
  expect(placeOf({ from: 100, to: 200 }, 300, 400)).toBeNull();
});
