import { Pause, Play, Square } from "lucide-react";
import type { RunStatus } from "@/api/model";
import { useCancelRun, usePauseRun, useResumeRun } from "@/api/mutations";
import { StatusBadge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { toast } from "@/components/toast_store";
import { Elapsed } from "@/conversation/Elapsed";
import { UsageLine } from "@/conversation/RunEnd";
import type { RunView } from "@/run/view";

const onError = (error: unknown) => toast.error(error);

/** What an approval keeps waiting goes on by itself when it is decided. */
function PauseOrResume({ runId, view }: { runId: string; view: RunView }) {
  const pause = usePauseRun();
  const resume = useResumeRun();
  if (view.status === "paused") {
    if (view.stopReason === "approval_required") {
      return <span className="text-xs text-warn">Waits for your decision above.</span>;
    }
    return (
      <Button
        size="sm"
        icon={<Play size={14} aria-hidden />}
        busy={resume.isPending}
        onClick={() => resume.mutate(runId, { onError })}
      >
        Resume
      </Button>
    );
  }
  if (view.status !== "running") return null;
  return (
    <Button
      size="sm"
      variant="ghost"
      icon={<Pause size={14} aria-hidden />}
      busy={pause.isPending}
      disabled={pause.isSuccess}
      title="Pause at the end of this step"
      onClick={() => pause.mutate(runId, { onError })}
    >
      {pause.isSuccess ? "Pauses after this step" : "Pause"}
    </Button>
  );
}

interface RunControlsProps {
  runId: string;
  status: RunStatus;
  view: RunView;
}

/** A run at work: its state, what it used so far, stop, pause and resume. */
export function RunControls({ runId, status, view }: RunControlsProps) {
  const cancel = useCancelRun();
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-wrap items-center gap-x-3 gap-y-1 px-1 pb-2">
      <StatusBadge status={status} stopReason={view.stopReason} />
      {view.startedAt !== null && (
        <span className="text-xs text-muted">
          <Elapsed since={view.startedAt} />
        </span>
      )}
      <UsageLine view={view} />
      <div className="ml-auto flex items-center gap-2">
        {/* The state of the buttons ends with the state that they ask for. */}
        <PauseOrResume key={`${view.status}:${view.attempt}`} runId={runId} view={view} />
        <Button
          size="sm"
          variant="danger"
          icon={<Square size={12} aria-hidden />}
          busy={cancel.isPending || cancel.isSuccess}
          onClick={() => cancel.mutate({ id: runId, mode: "now" }, { onError })}
        >
          {cancel.isSuccess ? "Stopping…" : "Stop"}
        </Button>
      </div>
    </div>
  );
}
