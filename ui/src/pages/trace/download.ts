/** The journal as a file. */
import type { RunEvent } from "@/api/events";
import type { Run } from "@/api/model";

function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** One document: the run and its events. */
export function downloadJson(run: Run | undefined, runId: string, events: readonly RunEvent[]): void {
  save(`${runId}.json`, "application/json", `${JSON.stringify({ run: run ?? null, events }, null, 2)}\n`);
}

/** One event per line (https://jsonlines.org), as the command line writes them. */
export function downloadJsonLines(runId: string, events: readonly RunEvent[]): void {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  save(`${runId}.jsonl`, "application/jsonl", lines.join(""));
}
