import { afterEach, expect, test, vi } from "vitest";
import type { RunEvent } from "./events";
import { readSse, type SseMessage } from "./sse";
import { followRun, type StreamState } from "./stream";

afterEach(() => vi.unstubAllGlobals());

function bodyOf(...chunks: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
}

async function messagesOf(...chunks: string[]): Promise<SseMessage[]> {
  const all: SseMessage[] = [];
  for await (const batch of readSse(bodyOf(...chunks))) all.push(...batch);
  return all;
}

test("messages are read through every cut of the bytes and with every end of line", async () => {
  const text =
    'retry: 500\nid: 7\nevent: message.delta\ndata: {"a":\ndata: "é"}\n\n: still here\nid: 8\ndata: x\n\n';
  const expected = await messagesOf(text);
  expect(expected).toEqual([
    { id: "7", event: "message.delta", data: '{"a":\n"é"}' },
    { id: "8", event: "message", data: "x" },
  ]);
  for (const written of [text, text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\r")]) {
    for (let cut = 1; cut < written.length; cut++) {
      expect(await messagesOf(written.slice(0, cut), written.slice(cut))).toEqual(expected);
    }
  }
});

const frame = (seq: number, type = "message.delta") =>
  `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ seq, type, data: {} })}\n\n`;

/** Follows a run against these answers; resolves with what was told when it ended or failed. */
function follow(answers: Response[]) {
  const asked: (string | null)[] = [];
  const fetch = async (_: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get("last-event-id"));
    return answers.shift() ?? new Response(null, { status: 204 });
  };
  vi.stubGlobal("fetch", fetch);
  vi.spyOn(Math, "random").mockReturnValue(0);
  const seen: number[] = [];
  const states: StreamState[] = [];
  return new Promise<{ asked: typeof asked; seen: number[]; states: StreamState[] }>((resolve) => {
    followRun("run_1", {
      onEvents: (batch: RunEvent[]) => seen.push(...batch.map((event) => event.seq)),
      onState: (state) => {
        states.push(state);
        if (state === "ended" || state === "failed") resolve({ asked, seen, states });
      },
    });
  });
}

test("a stream that breaks goes on behind its last event, without a missing or doubled one", async () => {
  const { asked, seen, states } = await follow([
    new Response(bodyOf(frame(1), frame(2))),
    new Response(bodyOf(frame(2), frame(3), frame(4, "run.completed"))),
  ]);
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(asked).toEqual([null, "2"]);
  expect(states).toEqual(["connecting", "live", "reconnecting", "live", "ended"]);
});

test("events that are missing are asked for again", async () => {
  const { asked, seen } = await follow([
    new Response(bodyOf(frame(1), frame(3))),
    new Response(bodyOf(frame(2), frame(3, "run.completed"))),
  ]);
  expect(seen).toEqual([1, 2, 3]);
  expect(asked).toEqual([null, "1"]);
});

test("a jump that the server announces is no gap", async () => {
  const { seen } = await follow([
    new Response(bodyOf(frame(1), "event: compacted\ndata: {}\n\n", frame(5), frame(6, "run.completed"))),
  ]);
  expect(seen).toEqual([1, 5, 6]);
});

test("a run that is not found fails at once", async () => {
  const { states } = await follow([new Response("{}", { status: 404 })]);
  expect(states).toEqual(["connecting", "failed"]);
});

test("a tab that is hidden for a while lets its connection go, and goes on where it was when it is shown", async () => {
  vi.useFakeTimers();
  const isHidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  const asked: (string | null)[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get("last-event-id"));
    if (asked.length > 1) return new Response(bodyOf(frame(2, "run.completed")));
    const open = (body: ReadableStreamDefaultController) => {
      body.enqueue(new TextEncoder().encode(frame(1)));
      init.signal?.addEventListener("abort", () => body.error(new Error("aborted")));
    };
    return new Response(new ReadableStream({ start: open }));
  });
  const states: StreamState[] = [];
  const stop = followRun("run_1", { onEvents: () => undefined, onState: (state) => states.push(state) });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([null]);
  isHidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual([null, "1"]);
  expect(states).toEqual(["connecting", "live", "live", "ended"]);
  stop();
  vi.useRealTimers();
});
