import { CircleCheck, CircleX, ShieldCheck } from "lucide-react";
import { useReplayRun } from "@/api/mutations";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { JsonTree } from "@/components/JsonTree";

/** Executes the run again against its journal, and says whether it does the same. */
export function useVerdict(runId: string, hasEnded: boolean, onSeek: (seq: number) => void) {
  const replay = useReplayRun();
  const button = (
    <Button
      size="sm"
      icon={<ShieldCheck size={14} aria-hidden />}
      busy={replay.isPending}
      disabled={!hasEnded}
      title={
        hasEnded ? "Runs it again against its journal, with no call to the outside" : "When it has ended"
      }
      onClick={() => replay.mutate(runId)}
    >
      Check determinism
    </Button>
  );
  if (replay.error !== null) return { button, verdict: <ErrorNote error={replay.error} /> };
  if (!replay.data) return { button, verdict: null };
  const { steps, divergence } = replay.data;
  if (!divergence) {
    const verdict = (
      <p role="status" className="flex items-center gap-2 text-ok">
        <CircleCheck size={14} aria-hidden />
        Deterministic: {steps} {steps === 1 ? "step" : "steps"} replayed, and nothing differs.
      </p>
    );
    return { button, verdict };
  }
  const verdict = (
    <div role="status" className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-2 text-err">
        <CircleX size={14} aria-hidden />
        It differs in step {divergence.step}: {divergence.reason}
        <Button size="sm" onClick={() => onSeek(divergence.seq)}>
          Go to event {divergence.seq}
        </Button>
      </p>
      <div className="grid gap-4 md:grid-cols-2">
        <div>
          <h3 className="text-xs text-muted">In the journal</h3>
          <JsonTree value={divergence.expected} label="In the journal" />
        </div>
        <div>
          <h3 className="text-xs text-muted">Now</h3>
          <JsonTree value={divergence.actual} label="Now" />
        </div>
      </div>
    </div>
  );
  return { button, verdict };
}
