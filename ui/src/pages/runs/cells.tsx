/** Small pieces of a run, for its row and its card. */
import { useEffect, useState } from "react";
import type { Run } from "@/api/model";
import { formatCount } from "@/components/format";
import { Duration } from "@/components/Values";

const EXCERPT_MAX_CHARS = 300;
const TICK_MS = 1000;

function partText(part: unknown): string {
  if (typeof part !== "object" || part === null) return "";
  if ("text" in part && typeof part.text === "string") return part.text;
  return "type" in part && typeof part.type === "string" ? `[${part.type}]` : "";
}

/** The beginning of an input or output in one line. */
export function excerptOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  const isParts = Array.isArray(value) && value.every((part) => partText(part) !== "");
  const text =
    typeof value === "string" ? value : isParts ? value.map(partText).join(" ") : JSON.stringify(value);
  return text.slice(0, EXCERPT_MAX_CHARS).replace(/\s+/g, " ").trim();
}

/** What came of it: the error of one that failed, else the beginning of the answer. */
export function outcomeOf(run: Run): string {
  return run.error ? `${run.error.code}: ${run.error.message}` : excerptOf(run.output);
}

/** From its start to its end, or to now. */
export function RunDuration({ run }: { run: Run }) {
  const isOpen = run.started_at !== null && run.ended_at === null;
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isOpen) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [isOpen]);
  if (run.started_at === null) return <Duration ms={null} />;
  const end = run.ended_at === null ? now : Date.parse(run.ended_at);
  return <Duration ms={Math.max(0, end - Date.parse(run.started_at))} />;
}

export function Calls({ run }: { run: Run }) {
  const { requests, tool_calls } = run.usage;
  return (
    <span title={`${requests} model calls, ${tool_calls} tool calls`} className="tabular-nums">
      {formatCount(requests)} / {formatCount(tool_calls)}
    </span>
  );
}
