import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Markdown } from "./Markdown";
import { MarkdownBlocks } from "./markdown_blocks";
import { sanitize } from "./sanitize";

const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<a href='javascript:alert(1)'>x</a>",
  "<svg><script>alert(1)</script></svg>",
  "<iframe src='//evil.example'></iframe>",
  "<p style='background:url(//evil.example)' onclick=alert(1)>x</p>",
  "<form action='//evil.example'><input></form>",
];

test.each(HOSTILE)("%s is made harmless", (html) => {
  const clean = String(sanitize(html)).toLowerCase();
  expect(clean).not.toMatch(/<script|<img|<svg|<iframe|<form|<input|javascript:|onerror|onclick|style=/);
});

test("a hostile link in markdown leads nowhere, and a good one opens elsewhere", () => {
  const { container } = render(<Markdown text="[a](javascript:alert(1)) [b](https://example.com)" />);
  const [bad, good] = container.querySelectorAll("a");
  expect(bad?.getAttribute("href")).toBeNull();
  expect(good?.getAttribute("rel")).toBe("noopener noreferrer");
});

test("growing text keeps its closed blocks, and ends as the whole text does", () => {
  const text = "# One\n\ntwo\n\n- a\n- b\n\n```py\nx = 1\n```\n\nlast *one*\n\nend";
  const growing = new MarkdownBlocks();
  for (let end = 1; end < text.length; end++) growing.read(text.slice(0, end));
  const blocks = growing.read(text);
  expect(blocks.map((block) => block.raw)).toEqual(new MarkdownBlocks().read(text).map((block) => block.raw));
  expect(growing.read(`${text} more`)[0]).toBe(blocks[0]);
});
