/** One run, followed: events go into a view once per animation frame. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { ApiError } from "@/api/client";
import type { RunEvent } from "@/api/events";
import { followRun, type StreamState } from "@/api/stream";
import { foldEvents } from "./fold";
import { EMPTY_RUN, type RunView } from "./view";

export interface RunSnapshot {
  view: RunView;
  /** The journal so far, in order. */
  events: readonly RunEvent[];
  connection: StreamState;
  error: ApiError | null;
}

const NOTHING: RunSnapshot = { view: EMPTY_RUN, events: [], connection: "connecting", error: null };
/** A hidden tab gets no animation frames; it catches up by this. */
const HIDDEN_FLUSH_MS = 500;

export class RunStore {
  private snapshot = NOTHING;
  private waiting: RunEvent[] = [];
  private frame: number | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private stop: (() => void) | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(readonly runId: string) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): RunSnapshot => this.snapshot;

  open(): () => void {
    if (this.stop === null && this.snapshot.connection !== "ended") {
      this.stop = followRun(this.runId, {
        after: this.snapshot.view.lastSeq,
        onEvents: (batch) => {
          this.waiting.push(...batch);
          this.flushSoon();
        },
        onState: (connection, error) => {
          // What the state tells of is behind the events that came before.
          this.flush();
          this.publish({ ...this.snapshot, connection, error: error ?? null });
        },
      });
    }
    return () => {
      this.flush();
      this.stop?.();
      this.stop = null;
    };
  }

  private flushSoon(): void {
    if (this.frame !== null) return;
    this.frame = requestAnimationFrame(() => this.flush());
    this.timer = setTimeout(() => this.flush(), HIDDEN_FLUSH_MS);
  }

  private flush(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    if (this.timer !== null) clearTimeout(this.timer);
    this.frame = null;
    this.timer = null;
    if (this.waiting.length === 0) return;
    const events = [...this.snapshot.events, ...this.waiting];
    const view = foldEvents(this.snapshot.view, this.waiting);
    this.waiting = [];
    this.publish({ ...this.snapshot, view, events });
  }

  private publish(snapshot: RunSnapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.listeners) listener();
  }
}

const noSubscription = () => () => undefined;

/** Follows a run for as long as the component is there; the same store is never followed twice at once. */
export function useRunView(runId: string | null): RunSnapshot {
  const store = useMemo(() => (runId === null ? null : new RunStore(runId)), [runId]);
  useEffect(() => store?.open(), [store]);
  return useSyncExternalStore(store?.subscribe ?? noSubscription, store?.read ?? (() => NOTHING));
}
