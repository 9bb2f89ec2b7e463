/** Splits growing markdown: blocks that are closed stay as they are, only the last is read again. */
import type { Token } from "marked";
import { plainToken, stretchesOf } from "./markdown_bounds";
import { dialect, levelOf, openDepths } from "./markdown_dialect";

export interface Block {
  key: number;
  token: Token;
  raw: string;
  /** Of a heading. */
  level: number;
}

function tokensOf(text: string): Token[] {
  return stretchesOf(text).flatMap((stretch): Token[] => {
    if (stretch.isPlain) return [plainToken(stretch.text)];
    try {
      return [...dialect.lexer(stretch.text)];
    } catch (error) {
      // Too deep for the stack, in a way that was not foreseen.
      if (error instanceof RangeError) return [plainToken(stretch.text)];
      throw error;
    }
  });
}

export class MarkdownBlocks {
  private closed: Block[] = [];
  private closedText = "";
  private closedDepths: readonly number[] = [];

  /** All blocks of `text`. Where it continues the text of the last call, closed blocks are the same objects. */
  read(text: string): Block[] {
    if (!text.startsWith(this.closedText)) {
      this.closed = [];
      this.closedText = "";
      this.closedDepths = [];
    }
    const tokens = tokensOf(text.slice(this.closedText.length));
    const blocks = [...this.closed];
    let offset = this.closedText.length;
    let depths = this.closedDepths;
    tokens.forEach((token, index) => {
      if (token.type === "heading") depths = openDepths(depths, token.depth);
      const block = { key: offset, token, raw: token.raw, level: levelOf(depths) };
      offset += token.raw.length;
      blocks.push(block);
      // A list may go on behind an empty line, so that the last two stay open.
      if (index < tokens.length - 2) {
        this.closed.push(block);
        this.closedText += token.raw;
        this.closedDepths = depths;
      }
    });
    return blocks.filter((block) => block.token.type !== "space" && block.token.type !== "def");
  }
}
