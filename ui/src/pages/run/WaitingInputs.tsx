import { Clock } from "lucide-react";
import type { RunView } from "@/run/view";
import { addedCount, type Waiting } from "./sending";

/** What was said to a run at work and is not in its journal yet. */
export function WaitingInputs({ waiting, view }: { waiting: readonly Waiting[]; view: RunView }) {
  const told = addedCount(view);
  const open = waiting.filter((one) => one.runId === view.runId && one.after >= told);
  if (open.length === 0) return null;
  const hasEnded = view.endedAt !== null;
  return (
    <ul aria-label="Waiting messages" className="mx-auto w-full max-w-3xl pb-2 text-xs text-muted">
      {open.map((one) => (
        <li key={one.after} className="flex items-center gap-1.5">
          <Clock size={12} aria-hidden className="shrink-0" />
          <span className="truncate">
            {hasEnded
              ? `“${one.text}” was not read: the run ended before.`
              : `“${one.text}” is read at the next step.`}
          </span>
        </li>
      ))}
    </ul>
  );
}
