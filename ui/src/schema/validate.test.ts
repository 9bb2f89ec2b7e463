import { expect, test } from "vitest";
import { BrokenJson, parseJson } from "./json_text";
import { sentence, validate } from "./validate";

const LETTER = {
  type: "object",
  properties: {
    to: { $ref: "#/$defs/Address", description: "Who gets it." },
    subject: { type: "string", minLength: 3, maxLength: 5, pattern: "^[a-z]*$" },
    copies: { type: "integer", minimum: 1, maximum: 5 },
    weight: { anyOf: [{ type: "number", exclusiveMinimum: 0 }, { type: "null" }] },
    notes: { type: "array", items: { type: "string" }, maxItems: 2, uniqueItems: true },
    pet: { anyOf: [{ $ref: "#/$defs/Cat" }, { $ref: "#/$defs/Dog" }] },
    scores: { type: "object", additionalProperties: { type: "number" } },
  },
  required: ["to"],
  additionalProperties: false,
  $defs: {
    Address: {
      type: "object",
      properties: { city: { type: "string" }, country: { enum: ["DE", "CH"] } },
      required: ["city"],
      additionalProperties: false,
    },
    Cat: {
      type: "object",
      properties: { kind: { const: "cat" }, lives: { type: "integer" } },
      required: ["kind"],
    },
    Dog: { type: "object", properties: { kind: { const: "dog" } }, required: ["kind"] },
  },
};
const TO = { city: "Bern" };
const problems = (args: unknown) => validate(args, LETTER).map(sentence);

test.each([
  { to: TO },
  { to: { city: "Bern", country: "CH" }, subject: "abc", copies: 5, weight: null, notes: ["a", "b"] },
  { to: TO, weight: 0.5, pet: { kind: "cat", lives: 9 }, scores: { a: 1, b: 2.5 } },
  { to: TO, subject: undefined },
])("arguments that fit have no issue (%#)", (args) => {
  expect(problems(args)).toEqual([]);
});

test.each([
  [{}, "to is missing."],
  [{ to: { city: 3 } }, "to/city must be a string."],
  [{ to: TO, nope: 1 }, "nope is not known here."],
  [{ to: { ...TO, country: "FR" } }, 'to/country must be one of "DE" | "CH".'],
  [{ to: TO, subject: "ab" }, "subject must have at least 3 characters."],
  [{ to: TO, subject: "abcdef" }, "subject must have at most 5 characters."],
  [{ to: TO, subject: "ABC" }, "subject must match ^[a-z]*$."],
  [{ to: TO, copies: 1.5 }, "copies must be an integer."],
  [{ to: TO, copies: 6 }, "copies must be at most 5."],
  [{ to: TO, weight: 0 }, "weight must be more than 0."],
  [{ to: TO, weight: "1" }, "weight must be number | null."],
  [{ to: TO, notes: ["a", 2] }, "notes/1 must be a string."],
  [{ to: TO, notes: ["a", "a"] }, "notes must not have an item twice."],
  [{ to: TO, pet: { kind: "cat", lives: "9" } }, "pet/lives must be an integer."],
  [{ to: TO, pet: { kind: "cow" } }, "pet must be Cat | Dog."],
  [{ to: TO, scores: { a: "1" } }, "scores/a must be a number."],
  [{ to: TO, pet: new BrokenJson("{", "the end came") }, "pet is no JSON: the end came."],
  ["text", "The value must be an object."],
])("what does not fit is told where and why: %#", (args, told) => {
  expect(problems(args)).toEqual([told]);
});

test("text that is no JSON stays text, and says what is wrong", () => {
  expect(parseJson('{"a": 1}')).toEqual({ a: 1 });
  const broken = parseJson("{'a'");
  expect(broken).toBeInstanceOf(BrokenJson);
  expect(validate(broken, LETTER)).toHaveLength(1);
});

test("a schema that refers to itself ends", () => {
  const tree = { $ref: "#/$defs/T", $defs: { T: { $ref: "#/$defs/T" } } };
  expect(validate(1, tree)).toEqual([]);
});
