import type { RunSnapshot } from "@/run/store";

/** What each tab of the Trace page gets: one run, one selection, one place in time. */
export interface TraceTabProps {
  runId: string;
  run: RunSnapshot;
  /** Id of the selected span (`Span.id`). */
  item: string | null;
  onSelect: (item: string | null) => void;
  /** `seq` of the replay; null for the newest. */
  at: number | null;
  onSeek: (seq: number | null) => void;
}
