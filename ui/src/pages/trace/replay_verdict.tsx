import { type MutationState, useMutationState } from "@tanstack/react-query";
import { CircleCheck, CircleX, ShieldCheck } from "lucide-react";
import type { ReplayReport } from "@/api/model";
import { useReplayRun } from "@/api/mutations";
import { keys } from "@/api/query_keys";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { JsonTree } from "@/components/JsonTree";

/** The last check of the run, whichever button asked for it. */
function useLastCheck(runId: string) {
  const checks = useMutationState({
    filters: { mutationKey: keys.replays(runId) },
    select: (mutation) => mutation.state as MutationState<ReplayReport, Error, void>,
  });
  return checks.at(-1);
}

/** Executes the run again against its journal, and says whether it does the same. */
export function useVerdict(runId: string, hasEnded: boolean, onSeek: (seq: number) => void) {
  const replay = useReplayRun(runId);
  const check = useLastCheck(runId);
  const button = (
    <Button
      size="sm"
      icon={<ShieldCheck size={14} aria-hidden />}
      busy={check?.status === "pending"}
      disabled={!hasEnded}
      title={
        hasEnded ? "Runs it again against its journal, with no call to the outside" : "When it has ended"
      }
      onClick={() => replay.mutate()}
    >
      Check determinism
    </Button>
  );
  if (check?.error) return { button, verdict: <ErrorNote error={check.error} /> };
  if (!check?.data) return { button, verdict: null };
  const { steps, divergence } = check.data;
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
