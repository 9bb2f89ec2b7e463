import { ExternalLink, Quote } from "lucide-react";
import { useState } from "react";
import type { CitationPart } from "@/api/model";
import { Sheet } from "@/components/Dialog";

/** Only web addresses are links: a document's name was written by others. */
function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === "http:" || protocol === "https:" ? href : null;
}

interface CitationChipProps {
  citation: CitationPart;
  /** Counted from 0. */
  index: number;
}

/** A numbered source; opens the cited text. */
export function CitationChip({ citation, index }: CitationChipProps) {
  const [isOpen, setOpen] = useState(false);
  const name = citation.title || citation.document;
  const address = webAddress(citation.document);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={`Source ${index + 1}: ${name}`}
        title={name}
        onClick={() => setOpen(true)}
        className="inline-flex max-w-56 items-center gap-1 rounded-full border border-line bg-surface px-2 py-0.5 text-xs hover:bg-raised"
      >
        <span className="font-semibold text-accent">{index + 1}</span>
        <span className="truncate">{name}</span>
      </button>
      <Sheet open={isOpen} onOpenChange={setOpen} title={`Source ${index + 1}`} description={name}>
        <blockquote className="flex gap-2 rounded-md border border-line bg-bg p-3">
          <Quote size={14} aria-hidden className="mt-0.5 shrink-0 text-muted" />
          <p className="min-w-0 break-words whitespace-pre-wrap">{citation.quote}</p>
        </blockquote>
        <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-xs">
          <dt className="text-muted">Document</dt>
          <dd className="break-all">
            {address ? (
              <a
                href={address}
                target="_blank"
                rel="noopener noreferrer"
                className="inline-flex items-center gap-1 text-accent underline"
              >
                {citation.document}
                <ExternalLink size={12} aria-label="(opens elsewhere)" />
              </a>
            ) : (
              citation.document
            )}
          </dd>
          <dt className="text-muted">Place</dt>
          <dd className="tabular-nums">
            characters {citation.start} to {citation.end}
          </dd>
          <dt className="text-muted">Chunk</dt>
          <dd className="font-mono break-all">{citation.chunk_id}</dd>
        </dl>
      </Sheet>
    </>
  );
}
