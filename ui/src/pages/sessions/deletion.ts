import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { deleteSession } from "@/api/mutations";
import { keys } from "@/api/query_keys";
import { deleteWithUndo } from "@/components/deletion";

/** Deletes a session and its runs, unless it is taken back. */
export function useDeleteSessionWithUndo(): (id: string, onUndo?: () => void) => void {
  const client = useQueryClient();
  return useCallback(
    (id, onUndo) =>
      deleteWithUndo({
        ids: [id],
        text: "Session deleted, with its runs",
        erase: deleteSession,
        onDone: () => {
          const changed = [keys.sessions, keys.runLists, keys.runPages];
          for (const queryKey of changed) void client.invalidateQueries({ queryKey });
        },
        ...(onUndo ? { onUndo } : {}),
      }),
    [client],
  );
}
