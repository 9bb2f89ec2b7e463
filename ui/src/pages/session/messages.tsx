import { useMemo } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import { Conversation, type ConversationActions, useThread } from "@/conversation";
import { EMPTY_RUN, type RunView } from "@/run/view";

const NONE_FOLLOWED: ReadonlyMap<string, RunView> = new Map();
const READ_ONLY: ConversationActions = { canDecide: false };

/** What was said in a session, run by run, oldest first. */
export default function Messages({ sessionId }: { sessionId: string }) {
  const { before, isLoading, error } = useThread(sessionId, null, NONE_FOLLOWED);
  const earlier = useMemo(() => before.slice(0, -1), [before]);
  if (error) return <ErrorNote error={error} />;
  if (isLoading) return <Skeleton lines={8} />;
  return (
    <div className="flex h-full flex-col">
      <Conversation
        view={before.at(-1) ?? EMPTY_RUN}
        before={earlier}
        actions={READ_ONLY}
        empty={
          <EmptyState title="Nothing was said yet" text="Its messages appear when a run has taken them." />
        }
      />
    </div>
  );
}
