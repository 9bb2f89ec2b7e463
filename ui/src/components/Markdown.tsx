import type { Tokens } from "marked";
import { Component, Fragment, memo, type ReactNode, useState } from "react";
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

/** Text as it stands. */
const Plain = ({ text }: { text: string }) => (
  <p className="prose-block break-words whitespace-pre-wrap">{text.trimEnd()}</p>
);

/** What cannot be drawn as markdown is shown as the text it is: a page shall not die of what a model wrote. */
class PlainOnError extends Component<{ text: string; children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? <Plain text={this.props.text} /> : this.props.children;
  }
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
    if (token.type === "plain") return <Plain text={token.raw} />;
    const html =
      token.type === "heading" ? headingHtml(token as Tokens.Heading, block.level) : dialect.parser([token]);
    return <SafeHtml className="prose prose-block" html={html} />;
  },
  (before, after) =>
    before.block.raw === after.block.raw &&
    before.block.level === after.block.level &&
    before.isOpen === after.isOpen,
);

function Blocks({ text, isStreaming }: { text: string; isStreaming: boolean }) {
  const [reader] = useState(() => new MarkdownBlocks());
  const blocks = reader.read(text);
  const last = blocks.length - 1;
  return blocks.map((block, index) => (
    <BlockView key={block.key} block={block} isOpen={isStreaming && index === last} />
  ));
}

/** Markdown that a model wrote: sanitised, and cheap to render while it grows. */
export const Markdown = memo(function Markdown({
  text,
  isStreaming = false,
  citations,
  renderCitation,
}: MarkdownProps) {
  return (
    <div className="min-w-0" dir="auto">
      <PlainOnError text={text}>
        <Blocks text={text} isStreaming={isStreaming} />
      </PlainOnError>
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
