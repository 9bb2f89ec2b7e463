/** One `GET /v1/feed` for the whole page: every change of a run's status goes into the caches of the lists. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type ApiError, asApiError, send } from "./client";
import { errorOf } from "./errors";
import { noteRun } from "./live_runs";
import type { Page, Run } from "./model";
import { keys } from "./query_keys";
import { readSse } from "./sse";
import { backoffMs, isPassing, sleep } from "./stream";

export type FeedState = "idle" | "connecting" | "live" | "reconnecting" | "failed";

const REFRESH_DELAY_MS = 400;
const FOLLOWED = [keys.runLists, keys.runPages, keys.everyRun, keys.sessions, keys.approvals];
const STATUS_EVENT = "run.status";

let state: FeedState = "idle";
const listeners = new Set<() => void>();

function tell(next: FeedState): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}

export function useFeedState(): FeedState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Starts the feed. A hidden tab lets its connection go: browsers hold at most six to one origin. */
export function startFeed(client: QueryClient): () => void {
  const cursor: Cursor = { lastId: "", isLost: false };
  let controller = new AbortController();
  const run = () => {
    controller.abort();
    controller = new AbortController();
    if (document.hidden) tell("idle");
    else void follow(client, cursor, controller.signal);
  };
  document.addEventListener("visibilitychange", run);
  run();
  return () => {
    document.removeEventListener("visibilitychange", run);
    controller.abort();
    tell("idle");
  };
}

interface Cursor {
  lastId: string;
  /** Changes may have been missed: where the feed goes on, everything is asked for again. */
  isLost: boolean;
}

/** The server may have begun anew, with lower numbers: the old one would wait for changes that are long over. */
function lose(cursor: Cursor): void {
  cursor.lastId = "";
  cursor.isLost = true;
}

const isCursorRefused = (error: ApiError, cursor: Cursor) =>
  cursor.lastId !== "" && error.status >= 400 && error.status !== 401 && error.status !== 403;

async function follow(client: QueryClient, cursor: Cursor, signal: AbortSignal): Promise<void> {
  tell("connecting");
  let attempt = 0;
  while (!signal.aborted) {
    try {
      await connect(client, cursor, signal, () => {
        attempt = 0;
      });
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asApiError(thrown);
      if (!isPassing(error) && !isCursorRefused(error, cursor)) return tell("failed");
    }
    if (signal.aborted) return;
    lose(cursor);
    tell("reconnecting");
    await sleep(backoffMs(attempt++), signal);
  }
}

async function connect(
  client: QueryClient,
  cursor: Cursor,
  signal: AbortSignal,
  onMessage: () => void,
): Promise<void> {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (cursor.lastId) headers["last-event-id"] = cursor.lastId;
  const response = await send("/v1/feed", { headers, signal, cache: "no-store" });
  if (!response.ok) throw await errorOf(response);
  if (!response.body) return;
  tell("live");
  const onId = (id: string) => {
    cursor.lastId = id;
    if (!cursor.isLost) return;
    cursor.isLost = false;
    for (const queryKey of FOLLOWED) refreshSoon(client, queryKey);
  };
  for await (const batch of readSse(response.body, { onId })) {
    onMessage();
    for (const message of batch) {
      if (message.event === STATUS_EVENT) applyStatus(client, JSON.parse(message.data) as Run);
    }
  }
}

/** Puts a changed run into every cache that shows it, and asks again for what it may have changed besides. */
export function applyStatus(client: QueryClient, run: Run): void {
  noteRun(client, run);
  client.setQueryData(keys.run(run.id), run);
  let isListed = false;
  client.setQueriesData<InfiniteData<Page<Run>>>({ queryKey: keys.runLists }, (lists) => {
    if (!lists?.pages.some((page) => page.data.some((row) => row.id === run.id))) return lists;
    isListed = true;
    const pages = lists.pages.map((page) => ({
      ...page,
      data: page.data.map((row) => (row.id === run.id ? run : row)),
    }));
    return { ...lists, pages };
  });
  if (!isListed) refreshSoon(client, keys.runLists);
  refreshSoon(client, keys.approvals);
  refreshSoon(client, keys.sessionLists);
  if (!run.session_id) return;
  refreshSoon(client, keys.session(run.session_id));
  refreshSoon(client, keys.sessionMessages(run.session_id));
}

// By client, because another key has another client.
const waiting = new WeakMap<QueryClient, Set<string>>();

/** Many changes at once ask the server once. */
function refreshSoon(client: QueryClient, queryKey: readonly unknown[]): void {
  const names = waiting.get(client) ?? new Set();
  waiting.set(client, names);
  const name = JSON.stringify(queryKey);
  if (names.has(name)) return;
  names.add(name);
  setTimeout(() => {
    names.delete(name);
    void refresh(client, queryKey);
  }, REFRESH_DELAY_MS);
}

/** What is being asked for is not broken off, or a slow answer never came; it may be older: ask once more then. */
async function refresh(client: QueryClient, queryKey: readonly unknown[]): Promise<void> {
  const wasAsking = client.isFetching({ queryKey }) > 0;
  await client.invalidateQueries({ queryKey }, { cancelRefetch: false });
  if (wasAsking) await client.invalidateQueries({ queryKey }, { cancelRefetch: false });
}
