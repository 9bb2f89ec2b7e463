import { expect, test } from "vitest";
import { readArgs } from "./args_check";

const SCHEMA = {
  type: "object",
  properties: {
    usd: { type: "integer" },
    to: { type: ["string", "null"] },
    speed: { enum: ["slow", "fast"] },
  },
  required: ["usd"],
  additionalProperties: false,
};

test("arguments that fit are taken", () => {
  expect(readArgs('{"usd": 5, "to": null, "speed": "fast"}', SCHEMA)).toEqual({
    args: { usd: 5, to: null, speed: "fast" },
  });
});

test.each([
  ["{", "This is not JSON"],
  ["[1]", "have to be a JSON object"],
  ["{}", '"usd" is missing'],
  ['{"usd": 1.5}', '"usd" has to be of type integer'],
  ['{"usd": 1, "speed": "calm"}', '"speed" has to be one of "slow", "fast"'],
  ['{"usd": 1, "from": "me"}', 'knows no "from"'],
])("%s is refused with its reason", (text, reason) => {
  expect(readArgs(text, SCHEMA)).toEqual({ problem: expect.stringContaining(reason) });
});

test("without a schema any object is taken: the tool checks by itself", () => {
  expect(readArgs('{"a": 1}', undefined)).toEqual({ args: { a: 1 } });
});
