import type { Tokens } from "marked";
import { Fragment, memo, type ReactNode, useState } from "react";
import type { CitationPart } from "@/api/model";
import { Code } from "./Code";
import { type Block, MarkdownBlocks } from "./markdown_blocks";
import { dialect, headingHtml } from "./markdown_dialect";
import { SafeHtml } from "./SafeHtml";

interface MarkdownProps {
  text: string;
  /** More is coming: code is not coloured before its block is closed. */
  isStreaming?: boolean;
  citations?: readonly CitationPart[];
  /** Makes the chip of a citation; `index` counts from 0. */
  renderCitation?: (citation: CitationPart, index: number) => ReactNode;
}

const BlockView = memo(
  function BlockView({ block, isOpen }: { block: Block; isOpen: boolean }) {
    const { token } = block;
    if (token.type === "code") {
      const language = (token.lang as string | undefined)?.split(/\s/)[0] ?? "";
      return (
        <Code
          code={token.text as string}
          language={language}
          isHighlighted={!isOpen}
          className="prose-block"
        />
      );
    }
    const html =
      token.type === "heading" ? headingHtml(token as Tokens.Heading, block.level) : dialect.parser([token]);
    return <SafeHtml className="prose prose-block" html={html} />;
  },
  (before, after) =>
    before.block.raw === after.block.raw &&
    before.block.level === after.block.level &&
    before.isOpen === after.isOpen,
);

/** Markdown that a model wrote: sanitised, and cheap to render while it grows. */
export const Markdown = memo(function Markdown({
  text,
  isStreaming = false,
  citations,
  renderCitation,
}: MarkdownProps) {
  const [reader] = useState(() => new MarkdownBlocks());
  const blocks = reader.read(text);
  const last = blocks.length - 1;
  return (
    <div className="min-w-0">
      {blocks.map((block, index) => (
        <BlockView key={block.key} block={block} isOpen={isStreaming && index === last} />
      ))}
      {renderCitation && citations && citations.length > 0 && (
        <div className="mt-2 flex flex-wrap gap-1">
          {citations.map((citation, index) => (
            <Fragment key={`${citation.chunk_id}:${citation.start}`}>
              {renderCitation(citation, index)}
            </Fragment>
          ))}
        </div>
      )}
    </div>
  );
});
