import { useEffect } from "react";
import { isTerminal } from "@/api/model";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Conversation, type ConversationActions, useThread } from "@/conversation";
import type { RunView } from "@/run/view";

interface ThreadViewProps {
  sessionId: string;
  runId: string | null;
  view: RunView;
  seen: ReadonlyMap<string, RunView>;
  actions: ConversationActions;
  /** Goes to another run of the session; `replace` keeps the history of the browser as it is. */
  onRun: (runId: string, replace: boolean) => void;
}

/** A run below what was said before it in its session. */
export function ThreadView({ sessionId, runId, view, seen, actions, onRun }: ThreadViewProps) {
  const { before, newest, error } = useThread(sessionId, runId, seen);
  // A session that is at work is followed at once.
  const atWork = runId === null && newest !== null && !isTerminal(newest.status) ? newest.id : null;
  useEffect(() => {
    if (atWork) onRun(atWork, true);
  }, [atWork, onRun]);
  const later = runId !== null && newest !== null && newest.id > runId ? newest.id : null;
  return (
    <>
      {error !== null && error !== undefined && <ErrorNote error={error} />}
      {later !== null && (
        <p className="flex flex-wrap items-center gap-2 border-b border-line bg-info-soft px-4 py-1.5 text-info">
          The conversation went on after this run.
          <Button size="sm" onClick={() => onRun(later, false)}>
            Show the newest
          </Button>
        </p>
      )}
      <Conversation view={view} before={before} actions={actions} />
    </>
  );
}
