import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { applyStatus, startFeed } from "./feed";
import type { Run } from "./model";
import { keys } from "./query_keys";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a slow answer is waited for, and asked for once more where it may be older than the change", async () => {
  const client = new QueryClient();
  const answers: (() => void)[] = [];
  const queryFn = ({ signal }: { signal: AbortSignal }) =>
    new Promise<string>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("broken off")));
      answers.push(() => resolve("pages"));
    });
  const other = vi.fn(async () => "other");
  new QueryObserver(client, { queryKey: keys.sessionMessages("ses_1"), queryFn }).subscribe(() => undefined);
  new QueryObserver(client, { queryKey: keys.session("ses_2"), queryFn: other }).subscribe(() => undefined);
  const run = { id: "run_1", session_id: "ses_1", last_seq: 1 } as Run;
  applyStatus(client, run);
  await vi.advanceTimersByTimeAsync(1_000);
  applyStatus(client, run);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(1);
  answers[0]?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(2);
  expect(other).toHaveBeenCalledTimes(1);
  client.clear();
});

test("a feed that broke begins anew, and asks again for what it may have missed", async () => {
  const client = new QueryClient();
  const asked = vi.fn(async () => "pages");
  new QueryObserver(client, { queryKey: keys.runLists, queryFn: asked }).subscribe(() => undefined);
  const cursors: (string | null)[] = [];
  const answers = ["id: 57\n\n", "id: 0\n\n"];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    cursors.push(new Headers(init.headers).get("last-event-id"));
    const answer = answers.shift();
    return answer === undefined ? new Response("{}", { status: 403 }) : new Response(answer);
  });
  const stop = startFeed(client);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(cursors).toEqual([null, null, null]);
  expect(asked).toHaveBeenCalledTimes(2);
  stop();
  client.clear();
});

test("a cursor that the server refuses is dropped", async () => {
  const cursors: (string | null)[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    cursors.push(new Headers(init.headers).get("last-event-id"));
    if (cursors.length === 2) return new Response("{}", { status: 400 });
    const open = (body: ReadableStreamDefaultController) => {
      body.enqueue(new TextEncoder().encode("id: 57\n\n"));
      init.signal?.addEventListener("abort", () => body.error(new Error("aborted")));
    };
    return new Response(new ReadableStream({ start: open }));
  });
  const stop = startFeed(new QueryClient());
  await vi.advanceTimersByTimeAsync(100);
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(cursors).toEqual([null, "57", null]);
  stop();
});
