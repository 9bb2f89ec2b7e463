/** Splits growing markdown: blocks that are closed stay as they are, only the last is read again. */
import { lexer, type Token } from "marked";

export interface Block {
  key: number;
  token: Token;
  raw: string;
}

export class MarkdownBlocks {
  private closed: Block[] = [];
  private closedText = "";

  /** All blocks of `text`. Where it continues the text of the last call, closed blocks are the same objects. */
  read(text: string): Block[] {
    if (!text.startsWith(this.closedText)) {
      this.closed = [];
      this.closedText = "";
    }
    const tokens: Token[] = [...lexer(text.slice(this.closedText.length))];
    const blocks = [...this.closed];
    let offset = this.closedText.length;
    tokens.forEach((token, index) => {
      const block = { key: offset, token, raw: token.raw };
      offset += token.raw.length;
      blocks.push(block);
      // A list may go on behind an empty line, so that the last two stay open.
      if (index < tokens.length - 2) {
        this.closed.push(block);
        this.closedText += token.raw;
      }
    });
    return blocks.filter((block) => block.token.type !== "space" && block.token.type !== "def");
  }
}
