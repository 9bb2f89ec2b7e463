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

test("a link that would sign the reader in leads nowhere", () => {
  for (const href of ["/#sign-in=x", "#SIGN-in=x", "/console/runs#sign-\nin=x"]) {
    expect(String(sanitize(`<a href="${href}">a</a>`))).not.toContain("href");
  }
  expect(String(sanitize('<a href="/console/runs#top">a</a>'))).toContain("href");
});

test("HTML that a model wrote is shown as the text it is, inside code and out of it", () => {
  const text = "<base href=//x> **b** <b>c</b> `<i>`\n\n<style>p{}</style>\n\n<code><img src=x></code>";
  const { container } = render(<Markdown text={text} />);
  expect(container.textContent).toContain("<base href=//x> b <b>c</b> <i>");
  expect(container.textContent).toContain("<style>p{}</style>");
  expect(container.textContent).toContain("<code><img src=x></code>");
  expect(container.querySelectorAll("base, b, i, style, img")).toHaveLength(0);
});

test("headings of an answer stand below those of its page and leave no level out", () => {
  const text = "## One *two*\n\n#### Three\n\n# Four\n\n###### Five\n\n> # quoted";
  const { container } = render(<Markdown text={text} />);
  const made = [...container.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((one) => one.outerHTML);
  expect(made).toEqual(["<h3>One <em>two</em></h3>", "<h4>Three</h4>", "<h3>Four</h3>", "<h4>Five</h4>"]);
  expect(container.querySelector("blockquote strong")?.textContent).toBe("quoted");
});

test("growing text keeps its closed blocks, and ends as the whole text does", () => {
  const text = "# One\n\ntwo\n\n- a\n- b\n\n```py\nx = 1\n```\n\nlast *one*\n\nend";
  const growing = new MarkdownBlocks();
  for (let end = 1; end < text.length; end++) growing.read(text.slice(0, end));
  const blocks = growing.read(text);
  expect(blocks.map((block) => block.raw)).toEqual(new MarkdownBlocks().read(text).map((block) => block.raw));
  expect(growing.read(`${text} more`)[0]).toBe(blocks[0]);
});

test.each([
  [">".repeat(12_000), "quotes"],
  ["- ".repeat(6_000), "lists"],
  [`\`\`\`\n\`\`\`\n${">".repeat(12_000)}`, "quotes behind code"],
])("too many nested quotes or lists are shown as the text they are (%#)", (text) => {
  const { container } = render(<Markdown text={`one *two*\n\n${text}\n\nlast *three*`} />);
  expect(container.textContent).toContain(text.slice(-100).trimEnd());
  expect(container.textContent).toContain("last");
});

test("a paragraph that is too long is plain text, and code of that length stays code", () => {
  const long = "word *and* ".repeat(6_000);
  const reader = new MarkdownBlocks();
  const types = (text: string) => reader.read(text).map(({ token }) => token.type);
  expect(types(`# a\n\n${long}\n\nend`)).toEqual(["heading", "plain", "paragraph"]);
  expect(types(`# a\n\n\`\`\`json\n${long}\n\`\`\`\n\nend`)).toEqual(["heading", "code", "paragraph"]);
});
