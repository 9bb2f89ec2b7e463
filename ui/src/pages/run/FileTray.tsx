import { FileText, X } from "lucide-react";
import { IconButton } from "@/components/Button";
import type { Attachment } from "./attachments";

interface FileTrayProps {
  files: readonly Attachment[];
  onRemove: (id: string) => void;
}

/** Files that go with the message. */
export function FileTray({ files, onRemove }: FileTrayProps) {
  if (files.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-2 px-2 pt-2">
      {files.map((file) => (
        <li
          key={file.id}
          className="flex max-w-60 items-center gap-1.5 rounded-md border border-line bg-bg py-0.5 pl-1.5 text-xs"
        >
          {file.type === "image" ? (
            <img
              src={`data:${file.media_type};base64,${file.data}`}
              alt=""
              className="size-6 rounded object-cover"
            />
          ) : (
            <FileText size={14} aria-hidden className="shrink-0 text-muted" />
          )}
          <span className="truncate" title={file.name}>
            {file.name}
          </span>
          <span className="shrink-0 text-muted">{Math.ceil(file.size_bytes / 1000)} kB</span>
          <IconButton
            label={`Remove ${file.name}`}
            size="sm"
            icon={<X size={12} aria-hidden />}
            onClick={() => onRemove(file.id)}
          />
        </li>
      ))}
    </ul>
  );
}
