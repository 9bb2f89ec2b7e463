import { expect, test } from "vitest";
import { ATTACHMENTS_MAX_BYTES, ATTACHMENTS_MAX_COUNT, attach, inputOf } from "./attachments";
import { recall } from "./drafts";
import { changedInput } from "./sending";
import { sentenceEnd, spoken } from "./sentences";

const file = (name: string, type: string, text = "hello") => new File([text], name, { type });

test("a picture and a document become parts with their bytes as base64", async () => {
  const files = await attach([], [file("a.png", "image/png"), file("b.txt", "text/plain;charset=utf-8")]);
  expect(inputOf("look", files)).toEqual([
    { type: "text", text: "look" },
    { type: "image", media_type: "image/png", data: "aGVsbG8=" },
    { type: "document", media_type: "text/plain", name: "b.txt", data: "aGVsbG8=" },
  ]);
});

test("text without files is text", () => {
  expect(inputOf("hi", [])).toBe("hi");
});

test("files that would not fit into a request are refused, also together", async () => {
  const half = "x".repeat(ATTACHMENTS_MAX_BYTES / 2 + 1);
  const first = await attach([], [file("a.txt", "text/plain", half)]);
  await expect(attach(first, [file("b.txt", "text/plain", half)])).rejects.toMatchObject({
    title: "The files are too big",
  });
});

test("too many files, and files of no known kind, are refused with a hint", async () => {
  const many = Array.from({ length: ATTACHMENTS_MAX_COUNT + 1 }, () => file("a.txt", "text/plain"));
  await expect(attach([], many)).rejects.toMatchObject({ title: "Too many files" });
  await expect(attach([], [file("a.exe", "application/x-msdownload")])).rejects.toMatchObject({
    title: "The file is of no known kind",
  });
  await expect(attach([], [file("a.svg", "image/svg+xml")])).rejects.toThrow();
});

test("Up goes back to the oldest message that was sent, Down to the draft", () => {
  const sent = ["first", "second"];
  expect([recall(sent, null, -1), recall(sent, 1, -1), recall(sent, 0, -1)]).toEqual([1, 0, 0]);
  expect([recall(sent, 0, 1), recall(sent, 1, 1), recall([], null, -1)]).toEqual([1, null, null]);
});

test("a message that is sent again keeps its files", () => {
  const image = { type: "image" as const, media_type: "image/png", data: "aGVsbG8=" };
  expect(changedInput([{ type: "text", text: "old" }], "new")).toBe("new");
  expect(
    changedInput(
      [
        { type: "text", text: "old" },
        { type: "image", image },
      ],
      "new",
    ),
  ).toEqual([{ type: "text", text: "new" }, image]);
});

test("only whole sentences are announced, without the marks of markdown", () => {
  const text = "One is **done**. Two is. Three is n";
  const end = sentenceEnd(text, 0);
  expect(text.slice(0, end)).toBe("One is **done**. Two is. ");
  expect(sentenceEnd(text, end)).toBe(end);
  expect(spoken("One is **done**. ")).toBe("One is done.");
});
