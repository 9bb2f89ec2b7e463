/** A long list of runs that stays true: pages of the API with the feed's runs laid over them. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { request } from "./client";
import { useFeedState } from "./feed";
import { type LiveRuns, useLiveRuns } from "./live_runs";
import type { Page, Run } from "./model";
import type { RunFilters } from "./queries";
import { keys } from "./query_keys";

const PAGE_COUNT = 100;

/** Whether the API would list the run under these filters; words as `q` in the contract's list of runs. */
export function isWanted(run: Run, filters: RunFilters): boolean {
  const { status, session_id, agent, parent_run_id, q } = filters;
  if (status && run.status !== status) return false;
  if (session_id && run.session_id !== session_id) return false;
  if (agent && run.agent !== agent) return false;
  if (parent_run_id && run.parent_run_id !== parent_run_id) return false;
  if (!q) return true;
  const said = JSON.stringify([run.input, run.output, run.tags]).toLowerCase();
  const words = q.split(/\s+/).filter(Boolean);
  return words.every((word) => [run.id, run.session_id].includes(word) || said.includes(word.toLowerCase()));
}

const madeAt = (run: Run) => Date.parse(run.created_at);
const newestFirst = (a: Run, b: Run) => madeAt(b) - madeAt(a) || (b.id < a.id ? -1 : 1);

/** `isWhole`: no further page follows; else what is older than the last row belongs to a later page. */
export function laidOver(
  paged: readonly Run[],
  live: LiveRuns,
  filters: RunFilters,
  isWhole: boolean,
): Run[] {
  const seen = new Set<string>();
  const rows: Run[] = [];
  for (const row of paged) {
    if (seen.has(row.id)) continue;
    seen.add(row.id);
    const noted = live.get(row.id);
    const run = noted && noted.last_seq >= row.last_seq ? noted : row;
    if (!filters.status || run.status === filters.status) rows.push(run);
  }
  const oldest = isWhole ? undefined : paged.at(-1);
  const since = oldest ? madeAt(oldest) : Number.NEGATIVE_INFINITY;
  const added: Run[] = [];
  for (const run of live.values()) {
    if (!seen.has(run.id) && madeAt(run) >= since && isWanted(run, filters)) added.push(run);
  }
  if (added.length === 0) return rows;
  return merged(added.sort(newestFirst), rows);
}

/** Two sorted lists as one; those of `rows` keep the server's order. */
function merged(added: readonly Run[], rows: readonly Run[]): Run[] {
  const all: Run[] = [];
  let next = 0;
  for (const row of rows) {
    for (let run = added[next]; run && madeAt(run) >= madeAt(row); run = added[++next]) all.push(run);
    all.push(row);
  }
  return all.concat(added.slice(next));
}

/** `rows` are newest first. Pages are asked for once: what changes afterwards comes by the feed. */
export function useRunPages(filters: RunFilters) {
  const live = useLiveRuns();
  const feed = useFeedState();
  const result = useInfiniteQuery({
    queryKey: keys.runPagesOf(filters),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      request<Page<Run>>("GET", "/v1/runs", {
        query: { ...filters, limit: PAGE_COUNT, cursor: pageParam },
        signal,
      }),
    getNextPageParam: (last) => last.next_cursor ?? null,
    placeholderData: keepPreviousData,
    staleTime: feed === "live" ? Number.POSITIVE_INFINITY : 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const { data, hasNextPage, refetch } = result;
  const pageCount = data?.pages.length ?? 0;
  const feedBefore = useRef(feed);
  useEffect(() => {
    // A run made between the list's answer and the feed's beginning is in neither.
    if (feed === "live" && feedBefore.current === "connecting" && pageCount === 1) void refetch();
    feedBefore.current = feed;
  }, [feed, pageCount, refetch]);
  const rows = useMemo(
    () =>
      data
        ? laidOver(
            data.pages.flatMap((page) => page.data),
            live,
            filters,
            !hasNextPage,
          )
        : [],
    [data, live, filters, hasNextPage],
  );
  return { ...result, rows };
}
