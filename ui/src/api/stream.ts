/** Follows one run's journal: resumes by `Last-Event-ID`, no event twice, none missed. */
import { ApiError, asApiError, request, send } from "./client";
import { errorOf } from "./errors";
import { isTerminalEvent, type RunEvent } from "./events";
import type { EventsPage } from "./model";
import { whenShown, whileShown } from "./shown";
import { readSse, type SseMessage } from "./sse";

export type StreamState = "connecting" | "live" | "reconnecting" | "ended" | "failed";

export interface FollowOptions {
  /** `seq` of the last event that is known; 0 for the whole journal. */
  after?: number;
  onEvents: (batch: RunEvent[]) => void;
  onState: (state: StreamState, error?: ApiError) => void;
  /** Retention let go of deltas behind `after`: `seq` jumps there. */
  onCompacted?: (after: number) => void;
}

const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 5_000;
const EVENTS_PAGE_COUNT = 1000;

/** Waits with full jitter on the upper half, so that many tabs do not come back at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}

/** Whether asking again may help: the server is away, busy or going. */
export function isPassing(error: ApiError): boolean {
  return (error.status === 0 && error.code !== "CONSOLE") || error.status === 429 || error.status >= 500;
}

/** Follows `runId` until its terminal event. Returns what stops following. */
export function followRun(runId: string, options: FollowOptions): () => void {
  const controller = new AbortController();
  void new Follower(runId, options, controller.signal).follow();
  return () => controller.abort();
}

class Follower {
  private last: number;
  private ended = false;
  private attempt = 0;
  /** The server said that deltas before the next event are gone. */
  private gapAllowed = false;

  constructor(
    private readonly runId: string,
    private readonly options: FollowOptions,
    private readonly signal: AbortSignal,
  ) {
    this.last = options.after ?? 0;
  }

  async follow(): Promise<void> {
    this.tell("connecting");
    while (!this.signal.aborted && !this.ended) {
      const turn = whileShown(this.signal);
      try {
        await this.connect(turn.signal);
        if (!this.ended && !turn.signal.aborted) this.tell("reconnecting");
      } catch (thrown) {
        if (this.signal.aborted) return;
        if (turn.signal.aborted) continue;
        const error = asApiError(thrown);
        if (!isPassing(error)) return this.tell("failed", error);
        this.tell("reconnecting", error);
      } finally {
        turn.end();
        if (turn.signal.aborted) await whenShown(this.signal);
      }
      if (!this.ended && !turn.signal.aborted) await sleep(backoffMs(this.attempt++), this.signal);
    }
    if (this.ended) this.tell("ended");
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (this.last > 0) headers["last-event-id"] = String(this.last);
    const address = `/v1/runs/${encodeURIComponent(this.runId)}/events`;
    const response = await send(address, { headers, signal, cache: "no-store" });
    if (response.status === 204) {
      this.ended = true;
      return;
    }
    if (response.status === 410) return this.page(signal);
    if (!response.ok) throw await errorOf(response);
    if (!response.body) return;
    this.tell("live");
    const batches = readSse(response.body);
    try {
      for (;;) {
        // The connection may break in mid-stream; the next one goes on behind the last event.
        const next = await batches.next().catch(() => null);
        if (next === null || next.done) return;
        this.take(next.value);
      }
    } finally {
      await batches.return(undefined);
    }
  }

  /** The cursor is older than retention: what is left of the journal comes as pages, with gaps. */
  private async page(signal: AbortSignal): Promise<void> {
    this.options.onCompacted?.(this.last);
    let cursor: string | null | undefined = null;
    do {
      const page: EventsPage = await request<EventsPage>("GET", "/v1/runs/{run_id}/events", {
        path: { run_id: this.runId },
        query: { limit: EVENTS_PAGE_COUNT, cursor, after: cursor ? undefined : this.last },
        signal,
      });
      this.accept(page.data as unknown as RunEvent[], true);
      cursor = page.next_cursor;
    } while (cursor && !this.ended);
  }

  private take(batch: SseMessage[]): void {
    const events: RunEvent[] = [];
    for (const message of batch) {
      if (message.event === "compacted") {
        this.accept(events.splice(0), false);
        this.gapAllowed = true;
        this.options.onCompacted?.(this.last);
      } else events.push(JSON.parse(message.data) as RunEvent);
    }
    this.accept(events, false);
  }

  private accept(events: RunEvent[], compacted: boolean): void {
    if (this.signal.aborted) return;
    const fresh: RunEvent[] = [];
    for (const event of events) {
      if (event.seq <= this.last) continue;
      if (event.seq !== this.last + 1 && !compacted && !this.gapAllowed) {
        this.deliver(fresh);
        throw gapError(this.last, event.seq);
      }
      this.gapAllowed = false;
      this.last = event.seq;
      this.ended ||= isTerminalEvent(event);
      fresh.push(event);
    }
    this.deliver(fresh);
  }

  private deliver(events: RunEvent[]): void {
    if (events.length === 0) return;
    this.attempt = 0;
    this.options.onEvents(events);
  }

  private tell(state: StreamState, error?: ApiError): void {
    if (!this.signal.aborted) this.options.onState(state, error);
  }
}

/** A gap passes: the journal itself has none, so that asking again from the last event fills it. */
function gapError(last: number, seq: number): ApiError {
  return new ApiError({
    status: 0,
    code: "GAP",
    title: "Events are missing",
    detail: `Event ${seq} came after ${last}.`,
    hint: "The console asks for the missing ones.",
  });
}
