/** Reading the API in views: react-query hooks. Writing is in `mutations.ts`. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type QueryValue, request } from "./client";
import type {
  AgentInfo,
  Approval,
  Message,
  Meta,
  Models,
  Page,
  PresetInfo,
  Run,
  RunStatus,
  Session,
  ToolInfo,
} from "./model";
import { keys } from "./query_keys";

const LIST_PAGE_COUNT = 100;
const CATALOG_PAGE_COUNT = 1000;
/** What a server has changes only when it restarts. */
const CATALOG_STALE_MS = 60_000;

export interface RunFilters {
  status?: RunStatus | undefined;
  session_id?: string | undefined;
  agent?: string | undefined;
  parent_run_id?: string | undefined;
  q?: string | undefined;
}

export interface SessionFilters {
  q?: string | undefined;
  agent?: string | undefined;
}

/** A cursor-paged list; `rows` are those of all pages that were asked for. */
function usePages<T>(
  queryKey: readonly unknown[],
  path: string,
  options: { path?: Record<string, string>; query?: Record<string, QueryValue> },
) {
  const result = useInfiniteQuery({
    queryKey,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      request<Page<T>>("GET", path, {
        ...options,
        query: { ...options.query, limit: LIST_PAGE_COUNT, cursor: pageParam },
        signal,
      }),
    getNextPageParam: (last) => last.next_cursor ?? null,
  });
  return { ...result, rows: result.data?.pages.flatMap((page) => page.data) ?? [] };
}

function useCatalog<T>(queryKey: readonly unknown[], path: string) {
  return useQuery({
    queryKey,
    staleTime: CATALOG_STALE_MS,
    queryFn: ({ signal }) => request<T>("GET", path, { query: { limit: CATALOG_PAGE_COUNT }, signal }),
  });
}

export function useRuns(filters: RunFilters = {}) {
  return usePages<Run>(keys.runs(filters), "/v1/runs", { query: { ...filters } });
}

export function useRun(id: string | null) {
  return useQuery({
    queryKey: keys.run(id ?? ""),
    enabled: id !== null,
    queryFn: ({ signal }) => request<Run>("GET", "/v1/runs/{run_id}", { path: { run_id: id ?? "" }, signal }),
  });
}

export function useSessions(filters: SessionFilters = {}) {
  return usePages<Session>(keys.sessionList(filters), "/v1/sessions", { query: { ...filters } });
}

export function useSession(id: string | null) {
  return useQuery({
    queryKey: keys.session(id ?? ""),
    enabled: id !== null,
    queryFn: ({ signal }) =>
      request<Session>("GET", "/v1/sessions/{session_id}", { path: { session_id: id ?? "" }, signal }),
  });
}

export function useSessionMessages(id: string) {
  return usePages<Message>(keys.sessionMessages(id), "/v1/sessions/{session_id}/messages", {
    path: { session_id: id },
  });
}

/** `pending` is refreshed by the feed, and feeds the badge in the navigation. */
export function useApprovals(status: "pending" | "all" = "pending") {
  return usePages<Approval>(keys.approvalList(status), "/v1/approvals", { query: { status } });
}

export function useAgents() {
  return useCatalog<Page<AgentInfo>>(keys.agents, "/v1/agents");
}

export function usePresets() {
  return useCatalog<Page<PresetInfo>>(keys.presets, "/v1/presets");
}

export function useTools() {
  return useCatalog<Page<ToolInfo>>(keys.tools, "/v1/tools");
}

export function useModels() {
  return useCatalog<Models>(keys.models, "/v1/models");
}

export function useMeta() {
  return useQuery({
    queryKey: keys.meta,
    staleTime: CATALOG_STALE_MS,
    queryFn: ({ signal }) => request<Meta>("GET", "/v1/meta", { signal }),
  });
}
