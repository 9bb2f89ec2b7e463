/** A description from a program's source: its lines end where its source's did, its paragraphs mean something. */
export function DocText({ text }: { text: string }) {
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s*\n\s*(?![-*•\s])/g, " "));
  return (
    <div className="flex flex-col gap-2">
      {paragraphs.map((paragraph, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a text never changes
        <p key={index} className="break-words whitespace-pre-line">
          {paragraph}
        </p>
      ))}
    </div>
  );
}
