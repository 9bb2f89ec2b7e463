import { ExternalLink, Quote } from "lucide-react";
import { useState } from "react";
import type { CitationPart } from "@/api/model";
import { Sheet } from "@/components/Dialog";
import { Fact, Facts } from "@/components/Facts";

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
        {/* The words of the label, in its order: who speaks to the page says what is seen. */}
        <span className="truncate">
          <span className="font-semibold text-accent">{index + 1}:</span> {name}
        </span>
      </button>
      <Sheet open={isOpen} onOpenChange={setOpen} title={`Source ${index + 1}`} description={name}>
        <blockquote className="flex gap-2 rounded-md border border-line bg-bg p-3">
          <Quote size={14} aria-hidden className="mt-0.5 shrink-0 text-muted" />
          <p className="min-w-0 break-words whitespace-pre-wrap">{citation.quote}</p>
        </blockquote>
        <div className="mt-3 text-xs">
          <Facts>
            <Fact name="Document">
              <span className="break-all">
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
              </span>
            </Fact>
            <Fact name="Place">
              characters {citation.start} to {citation.end}
            </Fact>
            <Fact name="Chunk">
              <span className="font-mono break-all">{citation.chunk_id}</span>
            </Fact>
          </Facts>
        </div>
      </Sheet>
    </>
  );
}
