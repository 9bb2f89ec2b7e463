/** How the console reads markdown: GitHub's, without HTML, its headings below those of the page. */
import { Marked, type Tokens } from "marked";

export const dialect = new Marked({
  tokenizer: {
    // HTML is no part of the language: what a model wrote of it is text, and is shown.
    html: () => undefined,
    tag: () => undefined,
  },
  renderer: {
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    // In a quote or a list: no part of the outline.
    heading({ tokens }) {
      return `<p><strong>${this.parser.parseInline(tokens)}</strong></p>\n`;
    },
  },
});

export function headingHtml({ tokens }: Tokens.Heading, level: number): string {
  return `<h${level}>${dialect.Parser.parseInline(tokens, dialect.defaults)}</h${level}>`;
}

/** A page has its title (h1), and what shows a conversation a heading of its own (h2). */
const LEVEL_MIN = 3;
const LEVEL_MAX = 6;

/** Takes the depths of the headings that are open, and of the next one; returns those that are open then. */
export function openDepths(open: readonly number[], next: number): readonly number[] {
  return [...open.filter((depth) => depth < next), next];
}

/** The outline leaves no level out, whichever depths a model chose. */
export const levelOf = (open: readonly number[]) => Math.min(LEVEL_MAX, LEVEL_MIN - 1 + open.length);
