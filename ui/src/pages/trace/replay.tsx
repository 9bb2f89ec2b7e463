import { GitFork, Radio } from "lucide-react";
import { lazy, Suspense, useCallback, useDeferredValue, useMemo, useState } from "react";
import { isTerminalEvent, type RunEvent } from "@/api/events";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import type { ConversationActions } from "@/conversation";
import { useShortcuts } from "@/shell/commands";
import { ReplayBar } from "./replay_bar";
import { stepBorders } from "./replay_borders";
import { changesBetween } from "./replay_changes";
import { useCursor } from "./replay_cursor";
import { EventAt } from "./replay_event";
import { ForkDialog } from "./replay_fork";
import { countUntil, Frames } from "./replay_frames";
import { usePlayer } from "./replay_player";
import { StateAt } from "./replay_state";
import { useVerdict } from "./replay_verdict";
import type { TraceTabProps } from "./tab_props";

// The scrubber works while it is on its way.
const Conversation = lazy(async () => ({ default: (await import("@/conversation")).Conversation }));

/** What waited then was decided since. */
const PAST: ConversationActions = { canDecide: false };
const NOW: ConversationActions = {};

/** The view at a place, and what its last event changed. */
function useFrame(runId: string, events: readonly RunEvent[], count: number) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is another journal
  const frames = useMemo(() => new Frames(), [runId]);
  return useMemo(() => {
    const before = frames.at(events, count - 1);
    const view = frames.at(events, count);
    return { view, event: events[count - 1], changes: changesBetween(before, view) };
  }, [frames, events, count]);
}

export default function ReplayTab(props: TraceTabProps) {
  const { events, connection, error } = props.run;
  if (events.length > 0) return <Replay {...props} />;
  if (error !== null) return <ErrorNote error={error} />;
  if (connection === "ended") return <EmptyState title="There is no event to show" />;
  return <Skeleton lines={6} />;
}

function Replay({ runId, run, at, onSeek, onSelect }: TraceTabProps) {
  const { events } = run;
  const last = events.length;
  const hasEnded = isTerminalEvent(events.at(-1) as RunEvent);
  const [seq, seek] = useCursor(at, onSeek);
  const count = seq === null ? last : Math.max(1, countUntil(events, seq));
  // At the end of a run that goes on, the scrubber stays with the newest event.
  const move = (to: number) => seek(to >= last && !hasEnded ? null : (events[to - 1]?.seq ?? null));
  const player = usePlayer(events, count, hasEnded, move);
  const borders = useMemo(() => stepBorders(events), [events]);
  const frame = useFrame(runId, events, useDeferredValue(count));
  const [isForking, setForking] = useState(false);
  const { button, verdict } = useVerdict(runId, hasEnded, seek);
  const { stop } = player;
  const fork = useCallback(() => {
    stop();
    setForking(true);
  }, [stop]);
  useShortcuts(useMemo(() => [{ keys: "f", title: "Fork from here", run: fork }], [fork]));
  return (
    <div className="flex flex-col lg:h-full">
      <div className="flex flex-col gap-2 border-b border-line bg-surface p-3">
        <ReplayBar events={events} borders={borders} count={count} onMove={move} player={player} />
        <div className="flex flex-wrap items-center gap-2">
          <Button size="sm" icon={<GitFork size={14} aria-hidden />} onClick={fork}>
            Fork from here
          </Button>
          {button}
          {!hasEnded && seq !== null && (
            <Button size="sm" icon={<Radio size={14} aria-hidden />} onClick={() => seek(null)}>
              Follow the run
            </Button>
          )}
        </div>
        {verdict}
      </div>
      <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col max-lg:h-[60vh] max-lg:flex-none">
          <Suspense fallback={<Skeleton lines={6} />}>
            <Conversation view={frame.view} onSelect={onSelect} actions={count < last ? PAST : NOW} />
          </Suspense>
        </div>
        <div className="flex min-w-0 flex-col gap-4 border-line p-4 max-lg:border-t lg:w-96 lg:shrink-0 lg:overflow-auto lg:border-l">
          <StateAt view={frame.view} />
          {frame.event && <EventAt event={frame.event} changes={frame.changes} />}
        </div>
      </div>
      {isForking && (
        <ForkDialog
          runId={runId}
          events={events}
          seq={events[count - 1]?.seq ?? 1}
          onClose={() => setForking(false)}
        />
      )}
    </div>
  );
}
