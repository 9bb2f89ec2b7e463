/** Deleting with undo: what goes is hidden at once, and gone when the time to take it back is over. */
import { useSyncExternalStore } from "react";
import { beforeKeyGoes, currentKey } from "@/api/key";
import { toast } from "./toast_store";

/** Requests at once; browsers hold at most six connections to one origin, and two of them stream. */
const AT_ONCE_MAX_COUNT = 3;

let hidden: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function publish(next: ReadonlySet<string>): void {
  hidden = next;
  for (const listener of listeners) listener();
}

function show(ids: readonly string[]): void {
  const next = new Set(hidden);
  for (const id of ids) next.delete(id);
  publish(next);
}

beforeKeyGoes(() => publish(new Set()));

/** Ids that lists leave out: about to be deleted, or deleted. They never come back, as ids are used once. */
export function useHidden(): ReadonlySet<string> {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => hidden,
  );
}

export interface Deletion {
  ids: readonly string[];
  /** Of what the toast tells: "2 runs deleted". */
  text: string;
  erase: (args: { id: string; keepalive: boolean }) => Promise<unknown>;
  /** After the last of them is gone. */
  onDone?: () => void;
  onUndo?: () => void;
}

/** What cannot be deleted is shown again, and the error told. */
export function deleteWithUndo({ ids, text, erase, onDone, onUndo }: Deletion): void {
  publish(new Set([...hidden, ...ids]));
  const owner = currentKey()?.key;
  const commit = async (keepalive: boolean) => {
    // A page that goes has no later: everything is sent at once.
    const failed = await eachOf(ids, keepalive ? ids.length : AT_ONCE_MAX_COUNT, (id) =>
      erase({ id, keepalive }),
    );
    // Nobody is left to be told.
    if (currentKey()?.key !== owner) return;
    show(failed.map(({ item }) => item));
    if (failed[0]) toast.error(failed[0].error);
    onDone?.();
  };
  const undo = () => {
    show(ids);
    onUndo?.();
  };
  toast.undo(text, { commit, undo });
}

export interface Failure<T> {
  item: T;
  error: unknown;
}

/** Does something to each, a few at once; answers with those it failed for. */
export async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<unknown>,
): Promise<Failure<T>[]> {
  const failed: Failure<T>[] = [];
  const waiting = [...items];
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const one = item;
      await act(one).catch((error: unknown) => failed.push({ item: one, error }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return failed;
}
