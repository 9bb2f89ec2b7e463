import { describe, expect, test } from "vitest";
import { CELLS_MAX_COUNT, type Chunk, wordDiff } from "./word_diff";

const side = (chunks: readonly Chunk[], without: Chunk["kind"]) =>
  chunks
    .filter((chunk) => chunk.kind !== without)
    .map((chunk) => chunk.text)
    .join("");

const kinds = (chunks: readonly Chunk[]) => chunks.map(({ kind, text }) => [kind, text]);

test("a word that was changed is removed and added, and what stands around it is the same", () => {
  expect(kinds(wordDiff("It is 7 degrees.", "It is 9 degrees."))).toEqual([
    ["same", "It is "],
    ["removed", "7"],
    ["added", "9"],
    ["same", " degrees."],
  ]);
});

test("texts that are alike are one chunk, and empty ones are none", () => {
  expect(kinds(wordDiff("yes, it is", "yes, it is"))).toEqual([["same", "yes, it is"]]);
  expect(wordDiff("", "")).toEqual([]);
});

test("a text beside nothing is all added, or all removed", () => {
  expect(kinds(wordDiff("", "a b"))).toEqual([["added", "a b"]]);
  expect(kinds(wordDiff("a b", ""))).toEqual([["removed", "a b"]]);
});

test("phrases that share no word are not cut at their blanks", () => {
  expect(kinds(wordDiff("say big red fox now", "say tiny blue cat now"))).toEqual([
    ["same", "say "],
    ["removed", "big red fox"],
    ["added", "tiny blue cat"],
    ["same", " now"],
  ]);
});

test("a number is one word, with its point", () => {
  expect(kinds(wordDiff("costs 0.01 now", "costs 0.02 now"))).toEqual([
    ["same", "costs "],
    ["removed", "0.01"],
    ["added", "0.02"],
    ["same", " now"],
  ]);
});

test("words of any script are words", () => {
  expect(kinds(wordDiff("Žluťoučký kůň", "Žluťoučký pes"))).toEqual([
    ["same", "Žluťoučký "],
    ["removed", "kůň"],
    ["added", "pes"],
  ]);
});

describe("joined, the chunks give back both texts", () => {
  const lines = (count: number, mark: string) =>
    Array.from({ length: count }, (_, line) => `line ${line} ${line % 7 === 0 ? mark : "as before"}\n`).join(
      "",
    );
  const many = (word: string) => Array.from({ length: 3_000 }, (_, index) => `${word}${index}`).join("\n");
  test.each([
    ["a b c d", "b x d a"],
    ["one\n\ntwo 👩‍🚀 three", "one\ntwo 👩 three "],
    ["aaaa a a a", "a a aaaa a"],
    [lines(600, "old"), lines(600, "new")],
    [many("a"), many("b")],
    [`x${" w".repeat(20_000)}`, `y${" w".repeat(20_000)}z`],
  ])("case %#", (a, b) => {
    const chunks = wordDiff(a, b);
    expect(side(chunks, "added")).toBe(a);
    expect(side(chunks, "removed")).toBe(b);
  });

  test("and a text too long for words is compared by lines, so that equal lines stay", () => {
    const [a, b] = [lines(600, "old"), lines(600, "new")];
    expect((a.split(/\s+/).length * 2) ** 2).toBeGreaterThan(CELLS_MAX_COUNT);
    expect(wordDiff(a, b).filter((chunk) => chunk.kind === "same").length).toBeGreaterThan(50);
  });
});
