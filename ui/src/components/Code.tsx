import { memo, useEffect, useState } from "react";
import { CopyButton } from "./CopyButton";
import { SafeHtml } from "./SafeHtml";

/** Longer code is shown plain: colouring it would hold the page up. */
const HIGHLIGHT_MAX_CHARS = 50_000;

interface CodeProps {
  code: string;
  language?: string;
  /** Off while the code still streams in. */
  isHighlighted?: boolean;
  className?: string;
}

export const Code = memo(function Code({ code, language = "", isHighlighted = true, className }: CodeProps) {
  const [coloured, setColoured] = useState<{ code: string; html: string } | null>(null);
  useEffect(() => {
    if (!isHighlighted || !language || code.length > HIGHLIGHT_MAX_CHARS) return;
    let isWanted = true;
    const colour = async () => {
      const { highlight } = await import("./highlighter");
      const html = highlight(code, language);
      if (isWanted && html !== null) setColoured({ code, html });
    };
    void colour();
    return () => {
      isWanted = false;
    };
  }, [code, language, isHighlighted]);
  return (
    <div className={`relative rounded-md border border-line bg-bg ${className ?? ""}`}>
      <div className="absolute top-1 right-1 rounded bg-bg">
        <CopyButton text={code} label="Copy the code" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} dir="ltr" className="overflow-x-auto p-3 pr-10 font-mono text-xs leading-relaxed">
        {coloured?.code === code ? <SafeHtml as="code" html={coloured.html} /> : <code>{code}</code>}
      </pre>
    </div>
  );
});
