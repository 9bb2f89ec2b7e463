import { memo, useMemo } from "react";
import { type Chunk, wordDiff } from "./word_diff";

const LOOKS = {
  added: { Tag: "ins", mark: "+", spoken: "only in B: ", look: "bg-ok-soft text-ok" },
  removed: { Tag: "del", mark: "−", spoken: "only in A: ", look: "bg-err-soft text-err" },
} as const;

function ChunkView({ chunk }: { chunk: Chunk }) {
  if (chunk.kind === "same") return <span>{chunk.text}</span>;
  const { Tag, mark, spoken, look } = LOOKS[chunk.kind];
  return (
    <Tag className={`rounded-sm no-underline ${look}`}>
      <span className="sr-only">{spoken}</span>
      <span aria-hidden className="inline-block px-0.5 font-mono font-bold no-underline">
        {mark}
      </span>
      {chunk.text}
    </Tag>
  );
}

/** Two texts as one, with what only one of them has marked by sign and colour. */
export const TextDiff = memo(function TextDiff({ a, b }: { a: string; b: string }) {
  const chunks = useMemo(() => wordDiff(a, b), [a, b]);
  if (a === "" && b === "") return <p className="text-muted">Neither has any.</p>;
  return (
    <div className="leading-relaxed break-words whitespace-pre-wrap">
      {chunks.map((chunk, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: chunks have no name but their place
        <ChunkView key={index} chunk={chunk} />
      ))}
    </div>
  );
});
