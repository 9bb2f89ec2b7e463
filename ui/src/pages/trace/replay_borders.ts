/** Borders of steps: where the scrubber jumps to, and where the server cuts a journal to fork it. */
import type { RunEvent } from "@/api/events";

const STEP_BORDERS: ReadonlySet<string> = new Set([
  "step.started",
  "step.completed",
  "step.failed",
  "step.canceled",
]);

/** Counts of events after which a step begins or ends, ascending. */
export function stepBorders(events: readonly RunEvent[]): number[] {
  return events.flatMap((event, index) => (STEP_BORDERS.has(event.type) ? [index + 1] : []));
}

export function borderBefore(borders: readonly number[], count: number): number {
  return borders.findLast((border) => border < count) ?? 1;
}

export function borderAfter(borders: readonly number[], count: number, last: number): number {
  return borders.find((border) => border > count) ?? last;
}

export interface ForkPoint {
  /** Of the last event that the new run keeps. */
  seq: number;
  /** The step that ends there; null when none had ended, and the run is made again from its input. */
  step: number | null;
  /** The step left nothing to go on with but an answer: the server asks for new input. */
  needsInput: boolean;
}

/** Where the server cuts when asked to fork after `seq`: the last step that was completed at or before it. */
export function forkPoint(events: readonly RunEvent[], seq: number): ForkPoint {
  let border: RunEvent | null = null;
  for (const event of events) {
    const completes = event.seq <= seq && event.type === "step.completed";
    // What the runtime itself added belongs to the step that it follows.
    const follows = border !== null && event.type === "transcript.added" && event.seq === border.seq + 1;
    if (completes || follows) border = event;
  }
  if (border === null) return { seq: 1, step: null, needsInput: false };
  const { seq: end, step } = border;
  const last = events.filter((event) => event.step === step && event.seq <= end);
  const added = last.filter((event) => event.type === "transcript.added");
  const isAccepted = added.some((event) => "reason" in event.data && event.data.reason === "output_accepted");
  const leftWork =
    added.length > 0 ||
    last.some((event) => event.type === "tool.started" || event.type === "handoff.started");
  return { seq: end, step, needsInput: isAccepted || !leftWork };
}
