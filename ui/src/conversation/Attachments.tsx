import { FileText, ImageIcon } from "lucide-react";
import type { DocumentPart, ImagePart } from "@/api/model";

/** Pictures that browsers draw and that run nothing; SVG is not among them. */
const DRAWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function nameOf(part: ImagePart | DocumentPart): string {
  const name = part.type === "document" ? part.name : null;
  return name || part.url || `${part.type} (${part.media_type ?? "unknown type"})`;
}

function Attachment({ part }: { part: ImagePart | DocumentPart }) {
  const type = part.media_type ?? "";
  if (part.type === "image" && part.data && DRAWN.includes(type)) {
    return (
      <img
        src={`data:${type};base64,${part.data}`}
        alt="Attached"
        className="max-h-48 max-w-full rounded-md border border-line"
      />
    );
  }
  const Icon = part.type === "image" ? ImageIcon : FileText;
  return (
    <span className="inline-flex max-w-full items-center gap-1 rounded-md border border-line bg-surface px-2 py-1 text-xs text-text">
      <Icon size={14} aria-hidden className="shrink-0" />
      <span className="truncate">{nameOf(part)}</span>
    </span>
  );
}

/** Pictures and documents of a message or a tool. Nothing is loaded from elsewhere. */
export function Attachments({ parts }: { parts: readonly (ImagePart | DocumentPart)[] }) {
  if (parts.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no id and never move
        <Attachment key={index} part={part} />
      ))}
    </div>
  );
}
