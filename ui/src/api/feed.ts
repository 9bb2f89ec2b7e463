/** One `GET /v1/feed` for the whole page: every change of a run's status goes into the caches of the lists. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { asApiError, send } from "./client";
import { errorOf } from "./errors";
import { noteRun } from "./live_runs";
import type { Page, Run } from "./model";
import { keys } from "./query_keys";
import { readSse } from "./sse";
import { backoffMs, isPassing, sleep } from "./stream";

export type FeedState = "idle" | "connecting" | "live" | "reconnecting" | "failed";

const REFRESH_DELAY_MS = 400;
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
  const cursor: Cursor = { lastId: "" };
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
}

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
      if (!isPassing(asApiError(thrown))) return tell("failed");
    }
    if (signal.aborted) return;
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
  refreshSoon(client, keys.sessions);
}

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** Many changes at once ask the server once. */
function refreshSoon(client: QueryClient, queryKey: readonly unknown[]): void {
  const name = JSON.stringify(queryKey);
  if (waiting.has(name)) return;
  const timer = setTimeout(() => {
    waiting.delete(name);
    void client.invalidateQueries({ queryKey });
  }, REFRESH_DELAY_MS);
  waiting.set(name, timer);
}
