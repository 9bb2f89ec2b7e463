/** Parts of messages as views show them. */
import type { CitationPart, MessagePart } from "@/api/model";
import type { ViewPart } from "./view";

function partOf(part: MessagePart, index: number): ViewPart | null {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { type: part.type, text: part.text };
    case "tool_call": {
      const { tool_call_id, name, arguments: written } = part;
      return { type: "tool_call", tool_call_id, index, name, arguments: written };
    }
    case "tool_result": {
      const { tool_call_id, name, content, outcome = "completed" } = part;
      return { type: "tool_result", tool_call_id, name, content, outcome };
    }
    case "citation":
      return { type: "citation", citation: part };
    case "image":
      return { type: "image", image: part };
    case "document":
      return { type: "document", document: part };
    default:
      return null; // A part that a later version made up.
  }
}

/** Takes the API's parts; one of an unknown type is left out. */
export function partsOf(parts: readonly MessagePart[] | undefined): ViewPart[] {
  let calls = 0;
  const views: ViewPart[] = [];
  for (const part of parts ?? []) {
    const view = partOf(part, part.type === "tool_call" ? calls++ : 0);
    if (view) views.push(view);
  }
  return views;
}

export function citationsOf(parts: readonly ViewPart[]): CitationPart[] {
  return parts.flatMap((part) => (part.type === "citation" ? [part.citation] : []));
}

/** All text of a message, without reasoning. */
export function textOf(parts: readonly ViewPart[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}
