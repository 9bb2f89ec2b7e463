/** Parts of a message as they are shown: text that belongs together is one piece. */
import type { DocumentPart, ImagePart } from "@/api/model";
import type { ViewPart } from "@/run/view";

export type Segment =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string }
  | { kind: "call"; name: string; arguments: string }
  | { kind: "files"; files: (ImagePart | DocumentPart)[] };

function fileOf(part: ViewPart): ImagePart | DocumentPart | null {
  if (part.type === "image") return part.image;
  return part.type === "document" ? part.document : null;
}

export function segmentsOf(parts: readonly ViewPart[]): Segment[] {
  const segments: Segment[] = [];
  for (const part of parts) {
    const last = segments.at(-1);
    const file = fileOf(part);
    if (part.type === "text" || part.type === "reasoning") {
      if (last?.kind === part.type) last.text += part.text;
      else segments.push({ kind: part.type, text: part.text });
    } else if (part.type === "tool_call") {
      segments.push({ kind: "call", name: part.name, arguments: part.arguments });
    } else if (file) {
      if (last?.kind === "files") last.files.push(file);
      else segments.push({ kind: "files", files: [file] });
    }
  }
  return segments;
}
