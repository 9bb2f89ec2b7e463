import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { shownBidi } from "./bidi";
import { JsonTree } from "./JsonTree";

test("marks of direction are escapes that JSON reads back as the same text", () => {
  const text = JSON.stringify("a\u202eb\u2066c\u200fd");
  expect(shownBidi(text)).toBe('"a\\u202Eb\\u2066c\\u200Fd"');
  expect(JSON.parse(shownBidi(text))).toBe(JSON.parse(text));
});

test("a tree shows them in names and in values", () => {
  const { container } = render(<JsonTree value={{ "to\u202e": "eve\u2069" }} />);
  expect(container.textContent).toContain('to\\u202E: "eve\\u2069"');
});
