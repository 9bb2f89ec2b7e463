/** What of a text is not read as markdown: it would hold the page up, or overflow the stack. */
import type { Token } from "marked";

/** A stretch without an empty line that is longer is shown as it stands: it is read again with each piece. */
export const STRETCH_MAX_CHARS = 50_000;
/** Quotes and lists that are nested deeper are shown as they stand. */
export const NESTING_MAX_COUNT = 100;

const MARK = "(?:[ \\t]*(?:>|[-+*]|\\d{1,9}[.)]))";
const DEEP = new RegExp(`^${MARK}{${NESTING_MAX_COUNT},}`, "m");
const FENCE = /^ {0,3}(?:```|~~~)/gm;
const EMPTY_LINES = /\n[ \t]*(?:\n|$)\s*/g;

interface Stretch {
  text: string;
  isPlain: boolean;
}

/** A token of a type that is no part of markdown. */
export const plainToken = (text: string): Token => ({ type: "plain", raw: text, text });

/** Ends at empty lines, which belong to what is before them. */
function* paragraphsOf(text: string): Generator<string> {
  let start = 0;
  for (const { index, 0: lines } of text.matchAll(EMPTY_LINES)) {
    yield text.slice(start, index + lines.length);
    start = index + lines.length;
  }
  if (start < text.length) yield text.slice(start);
}

/** The whole text in order; neighbours that are markdown are one. */
export function stretchesOf(text: string): Stretch[] {
  const stretches: Stretch[] = [];
  let isInCode = false;
  for (const paragraph of paragraphsOf(text)) {
    const fences = paragraph.match(FENCE)?.length ?? 0;
    // Code is cheap to read, whatever is in it.
    const isCode = isInCode || fences > 0;
    if (fences % 2 === 1) isInCode = !isInCode;
    const isPlain = !isCode && (paragraph.length > STRETCH_MAX_CHARS || DEEP.test(paragraph));
    const last = stretches.at(-1);
    if (last && !isPlain && !last.isPlain) last.text += paragraph;
    else stretches.push({ text: paragraph, isPlain });
  }
  return stretches;
}
