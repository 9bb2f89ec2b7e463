/** What can be done with a run, for the header and the palette. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useLocation } from "wouter";
import { isTerminal } from "@/api/model";
import { deleteRun, useCancelRun, usePauseRun, useResumeRun } from "@/api/mutations";
import { keys } from "@/api/query_keys";
import { deleteWithUndo } from "@/components/deletion";
import { toast } from "@/components/toast_store";
import type { RunView } from "@/run/view";
import { links } from "@/shell/routes";

/** Erases the run unless it is taken back; the page of a run that goes is left at once. */
export function useErase(runId: string): () => void {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return useCallback(() => {
    navigate(links.runs);
    deleteWithUndo({
      ids: [runId],
      text: "The run is deleted.",
      erase: deleteRun,
      onUndo: () => navigate(links.trace(runId)),
      onDone: () => {
        client.removeQueries({ queryKey: keys.run(runId) });
        for (const queryKey of [keys.runLists, keys.sessions]) void client.invalidateQueries({ queryKey });
      },
    });
  }, [client, navigate, runId]);
}

export function useActions(runId: string, view: RunView) {
  const cancel = useCancelRun();
  const pause = usePauseRun();
  const resume = useResumeRun();
  const hasEnded = isTerminal(view.status);
  const isRead = view.lastSeq > 0;
  const onError = (error: Error) => toast.error(error);
  return {
    canCancel: isRead && !hasEnded,
    canPause: isRead && ["queued", "running", "retrying"].includes(view.status),
    // A run that waits for approvals goes on by their decisions.
    canResume: view.status === "paused" && view.stopReason !== "approval_required",
    cancel: () => cancel.mutate({ id: runId, mode: "now" }, { onError }),
    pause: () => pause.mutate(runId, { onError }),
    resume: () => resume.mutate(runId, { onError }),
    isBusy: cancel.isPending || pause.isPending || resume.isPending,
  };
}
