/** Journals of child runs: read when they are opened, and again while they are at work. */
import { type QueryClient, type UseQueryResult, useQueries } from "@tanstack/react-query";
import { ApiError, request } from "@/api/client";
import { isTerminalEvent, type RunEvent } from "@/api/events";
import type { EventsPage } from "@/api/model";
import { foldEvents } from "@/run/fold";
import { EMPTY_RUN, type RunView } from "@/run/view";

export interface Journal {
  runId: string;
  view: RunView;
  events: readonly RunEvent[];
  /** Nothing follows. */
  isDone: boolean;
}

const PAGE_COUNT = 1000;
/** A child run at work is asked for news: a stream each would take the few connections that a browser has. */
const POLL_MS = 1500;

/** Reads what came after `known`. */
async function readJournal(runId: string, known: Journal | undefined, signal: AbortSignal): Promise<Journal> {
  const fresh: RunEvent[] = [];
  let after: string | number | null = known?.view.lastSeq ?? 0;
  while (after !== null) {
    const page: EventsPage = await request<EventsPage>("GET", "/v1/runs/{run_id}/events", {
      path: { run_id: runId },
      query: { after, limit: PAGE_COUNT },
      signal,
    });
    fresh.push(...(page.data as unknown as RunEvent[]));
    after = page.next_cursor;
  }
  const events = [...(known?.events ?? []), ...fresh];
  const last = events.at(-1);
  return {
    runId,
    events,
    view: foldEvents(known?.view ?? EMPTY_RUN, fresh),
    isDone: last !== undefined && isTerminalEvent(last),
  };
}

/** An answer that asking again does not change: the run is gone, or is not one's own. */
const isRefused = (error: Error | null) =>
  error instanceof ApiError && error.status >= 400 && error.status < 500;

export interface Journals {
  byRun: ReadonlyMap<string, Journal>;
  error: Error | null;
}

function combine(results: UseQueryResult<Journal>[]): Journals {
  const journals = results.flatMap(({ data }) => (data ? [[data.runId, data] as const] : []));
  return { byRun: new Map(journals), error: results.find(({ error }) => error)?.error ?? null };
}

export function useJournals(runIds: readonly string[]): Journals {
  return useQueries({
    queries: runIds.map((runId) => ({
      queryKey: ["journal", runId],
      queryFn: ({ client, signal }: { client: QueryClient; signal: AbortSignal }) =>
        readJournal(runId, client.getQueryData<Journal>(["journal", runId]), signal),
      staleTime: POLL_MS,
      // Big, and never equal to what it was: comparing it costs more than drawing it.
      structuralSharing: false as const,
      refetchInterval: ({ state }: { state: { data: Journal | undefined; error: Error | null } }) =>
        state.data?.isDone || isRefused(state.error) ? false : POLL_MS,
    })),
    combine,
  });
}
