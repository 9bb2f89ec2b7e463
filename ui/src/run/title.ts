/** A run in one line. */
import type { Run } from "@/api/model";

const TITLE_MAX_CHARS = 160;

function textIn(input: unknown): string {
  if (typeof input === "string") return input;
  if (!Array.isArray(input)) return input === null || input === undefined ? "" : JSON.stringify(input);
  return input
    .map((part: unknown) =>
      typeof part === "object" && part !== null && "text" in part && typeof part.text === "string"
        ? part.text
        : "",
    )
    .join(" ");
}

/** The beginning of what it was asked; its id where that has no words. */
export function titleOf(run: Pick<Run, "id" | "input">): string {
  const text = textIn(run.input).replace(/\s+/g, " ").trim();
  return text.length > TITLE_MAX_CHARS ? `${text.slice(0, TITLE_MAX_CHARS)}…` : text || run.id;
}
