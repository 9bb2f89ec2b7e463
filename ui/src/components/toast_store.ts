/** Messages at the edge of the page: `toast.error`, `toast.success`, `toast.undo`. */
import { type ApiError, asApiError } from "@/api/client";
import { beforeKeyGoes } from "@/api/key";

export interface ToastMessage {
  id: number;
  kind: "success" | "error" | "undo";
  text: string;
  error: ApiError | null;
  action: { label: string; run: () => void } | null;
}

const SUCCESS_SHOWN_MS = 4_000;
/** What offers something stays long enough to be reached by keyboard. */
const OFFER_SHOWN_MS = 15_000;
const ERROR_SHOWN_MS = 20_000;
const UNDO_DEFAULT_S = 6;
const SHOWN_MAX_COUNT = 4;

let shown: readonly ToastMessage[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: readonly ToastMessage[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

export function readToasts(): readonly ToastMessage[] {
  return shown;
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function dismissToast(id: number): void {
  publish(shown.filter((message) => message.id !== id));
}

/** The oldest make room, but never the newest, nor what can still be taken back. */
function fitting(messages: readonly ToastMessage[]): readonly ToastMessage[] {
  const free = messages.slice(0, -1).filter((message) => message.kind !== "undo");
  const gone = new Set(free.slice(0, Math.max(0, messages.length - SHOWN_MAX_COUNT)));
  return messages.filter((message) => !gone.has(message));
}

/** What is not done yet; each does it at once. */
const open = new Set<() => unknown>();

// Another key may do other things, and its user shall not read of this one's: all is done now, under this key.
beforeKeyGoes(() => {
  const left = [...open].map((leave) => leave());
  publish([]);
  return Promise.allSettled(left);
});

function show(message: Omit<ToastMessage, "id">, shownMs: number): number {
  const id = ++lastId;
  publish(fitting([...shown, { ...message, id }]));
  setTimeout(() => dismissToast(id), shownMs);
  return id;
}

export interface ToastAction {
  label: string;
  run: () => void;
}

export interface UndoOptions {
  /** Does it. `keepalive` is true when the page is going. */
  commit: (keepalive: boolean) => unknown;
  /** Called in place of `commit` when the user takes it back. */
  undo?: () => void;
  seconds?: number;
}

/** Tells of something that happens unless it is taken back; leaving the page does it at once. */
function undo(text: string, { commit, undo: takeBack, seconds = UNDO_DEFAULT_S }: UndoOptions): void {
  let isOpen = true;
  const settle = (): boolean => {
    const wasOpen = isOpen;
    isOpen = false;
    clearTimeout(timer);
    window.removeEventListener("pagehide", leave);
    open.delete(leave);
    dismissToast(id);
    return wasOpen;
  };
  const finish = async (keepalive: boolean) => {
    if (settle()) await Promise.resolve(commit(keepalive)).catch(toast.error);
  };
  const leave = () => finish(true);
  const timer = setTimeout(() => finish(false), seconds * 1000);
  window.addEventListener("pagehide", leave);
  open.add(leave);
  const run = () => {
    if (settle()) takeBack?.();
  };
  const id = show({ kind: "undo", text, error: null, action: { label: "Undo", run } }, seconds * 1000);
}

export const toast = {
  error: (thrown: unknown, action: ToastAction | null = null): void => {
    const error = asApiError(thrown);
    show({ kind: "error", text: error.title, error, action }, ERROR_SHOWN_MS);
  },
  success: (text: string, action: ToastAction | null = null): void => {
    show({ kind: "success", text, error: null, action }, action ? OFFER_SHOWN_MS : SUCCESS_SHOWN_MS);
  },
  undo,
};
