/** The conversation that a run stands in: what was said before it, and which runs came after it. */
import { useEffect, useMemo, useRef } from "react";
import type { Run } from "@/api/model";
import { useRuns, useSessionMessages } from "@/api/queries";
import type { RunView } from "@/run/view";
import { beforeRun, pastOf, viewOfMessages } from "./history";

interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isError: boolean;
  fetchNextPage: () => unknown;
}

/** A conversation is read from its begin, so that all of its pages are needed. */
function useAllPages({ hasNextPage, isFetchingNextPage, isError, fetchNextPage }: Pages): void {
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
}

export interface Thread {
  /** Oldest first, without the run itself. */
  before: readonly RunView[];
  /** The newest run of the session. */
  newest: Run | null;
  isLoading: boolean;
  error: unknown;
}

/** `seen` are the runs that this page has followed: they know more than their session does. */
export function useThread(
  sessionId: string,
  runId: string | null,
  seen: ReadonlyMap<string, RunView>,
): Thread {
  const messages = useSessionMessages(sessionId);
  const runs = useRuns({ session_id: sessionId });
  useAllPages(messages);
  useAllPages(runs);
  // Until the answer is there, what is on the page stays: an earlier run must not vanish for a moment.
  const isLoading = messages.isPending || runs.isPending || messages.hasNextPage || runs.hasNextPage;
  const made = useRef({ sessionId, views: new Map<string, RunView>() });
  const pages = messages.data?.pages;
  const runPages = runs.data?.pages;
  // `rows` are a new list with each rendering; a streaming run renders with each frame.
  return useMemo(() => {
    if (made.current.sessionId !== sessionId) made.current = { sessionId, views: new Map() };
    const { views } = made.current;
    // Without the runs nobody can tell whose a message is.
    const said = runPages ? beforeRun(pages?.flatMap((page) => page.data) ?? [], runId) : [];
    const roots = (runPages?.flatMap((page) => page.data) ?? []).filter((run) => run.parent_run_id === null);
    // Ids made later sort later.
    roots.sort((a, b) => (a.id < b.id ? -1 : 1));
    const past = pastOf(roots, said).filter(({ run }) => !run || !runId || run.id < runId);
    const known = new Set(past.map(({ run }) => run?.id));
    const before = past.map(({ run, messages: own }) => {
      const key = `${sessionId}:${run?.id}:${run?.status}:${own.length}`;
      const view = (run && seen.get(run.id)) ?? views.get(key) ?? viewOfMessages(run, own);
      views.set(key, view);
      return view;
    });
    for (const [id, view] of seen) {
      if (view.sessionId === sessionId && id !== runId && !known.has(id) && (!runId || id < runId)) {
        before.push(view);
      }
    }
    const error = messages.error ?? runs.error;
    return { before, newest: roots.at(-1) ?? null, isLoading, error };
  }, [pages, runPages, messages.error, runs.error, isLoading, runId, sessionId, seen]);
}
