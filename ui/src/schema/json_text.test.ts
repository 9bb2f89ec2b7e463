import { expect, test } from "vitest";
import { hasUnsafeInteger, parseJson } from "./json_text";

test.each([
  ['{"id": 9007199254740993}', true],
  ['{"deep": [{"id": -9007199254740993}]}', true],
  ['{"id": 9007199254740991, "rate": 0.1}', false],
  ['{"id": "9007199254740993"}', false],
  ["{", false],
])("%s holds an integer that a browser may change: %s", (text, isUnsafe) => {
  expect(hasUnsafeInteger(parseJson(text))).toBe(isUnsafe);
});
