/** What may be done with runs, one or many at once. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { applyStatus } from "@/api/feed";
import { isTerminal, type Run } from "@/api/model";
import { cancelRun, deleteRun, pauseRun, resumeRun } from "@/api/mutations";
import { keys } from "@/api/query_keys";
import { deleteWithUndo, eachOf } from "@/components/deletion";
import { toast } from "@/components/toast_store";

const AT_ONCE_MAX_COUNT = 3;

export type RunAction = "cancel" | "pause" | "resume" | "delete";

const MAY: Record<RunAction, (run: Run) => boolean> = {
  cancel: (run) => !isTerminal(run.status),
  pause: (run) => !isTerminal(run.status) && run.status !== "paused",
  resume: (run) => run.status === "paused",
  delete: (run) => isTerminal(run.status),
};

const ASK = {
  cancel: (run: Run) => cancelRun({ id: run.id }),
  pause: (run: Run) => pauseRun(run.id),
  resume: (run: Run) => resumeRun(run.id),
};

/** Those of the runs that the action is possible for. */
export const ableFor = (action: RunAction, runs: readonly Run[]) => runs.filter(MAY[action]);

export const counted = (runs: readonly unknown[]) => (runs.length === 1 ? "1 run" : `${runs.length} runs`);

async function ask(client: QueryClient, action: "cancel" | "pause" | "resume", runs: readonly Run[]) {
  const failed = await eachOf(runs, AT_ONCE_MAX_COUNT, async (run) =>
    applyStatus(client, await ASK[action](run)),
  );
  const doneCount = runs.length - failed.length;
  if (doneCount > 0) toast.success(`Asked to ${action}: ${doneCount === 1 ? "1 run" : `${doneCount} runs`}.`);
  if (failed[0]) toast.error(failed[0].error);
}

function erase(client: QueryClient, runs: readonly Run[]): void {
  deleteWithUndo({
    ids: runs.map((run) => run.id),
    text: `${counted(runs)} deleted`,
    erase: deleteRun,
    onDone: () => {
      for (const queryKey of [keys.runLists, keys.sessions]) void client.invalidateQueries({ queryKey });
    },
  });
}

/** Does it for the runs that it is possible for; errors become toasts. */
export function useRunActions(): (action: RunAction, runs: readonly Run[]) => void {
  const client = useQueryClient();
  return useMemo(
    () => (action, runs) => {
      const able = ableFor(action, runs);
      if (able.length === 0) return;
      if (action === "delete") erase(client, able);
      else void ask(client, action, able);
    },
    [client],
  );
}
