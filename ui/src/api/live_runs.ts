/** Runs as the feed told them last. A long list lays them over its pages, so that nothing is asked for again. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import type { Run } from "./model";
import { keys } from "./query_keys";

const KEPT_MAX_COUNT = 5_000;
/** Many changes at once are shown at once. */
const TELL_DELAY_MS = 100;

export type LiveRuns = ReadonlyMap<string, Run>;

class Notes {
  shown: LiveRuns = new Map();
  private runs = new Map<string, Run>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  add(run: Run, onOverflow: () => void): void {
    const known = this.runs.get(run.id);
    if (known && known.last_seq > run.last_seq) return;
    if (!known && this.runs.size >= KEPT_MAX_COUNT) {
      this.runs = new Map();
      onOverflow();
    }
    this.runs.set(run.id, run);
    this.timer ??= setTimeout(() => this.tell(), TELL_DELAY_MS);
  }

  private tell(): void {
    this.timer = null;
    this.shown = new Map(this.runs);
    for (const listener of this.listeners) listener();
  }
}

// By client, because another key has another client and shall see nothing of this one's.
const notes = new WeakMap<QueryClient, Notes>();

function notesOf(client: QueryClient): Notes {
  const known = notes.get(client);
  if (known) return known;
  const made = new Notes();
  notes.set(client, made);
  return made;
}

/** Takes a run as it is now, from the feed or from an answer. */
export function noteRun(client: QueryClient, run: Run): void {
  // What is let go of is in nobody's pages perhaps: ask for them again.
  notesOf(client).add(run, () => void client.invalidateQueries({ queryKey: keys.runPages }));
}

export function useLiveRuns(): LiveRuns {
  const kept = notesOf(useQueryClient());
  return useSyncExternalStore(
    kept.subscribe,
    useCallback(() => kept.shown, [kept]),
  );
}
