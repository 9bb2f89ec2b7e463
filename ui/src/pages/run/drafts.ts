/** What was written in this tab: the message that waits, and those that were sent. Gone with the tab and the key. */

import { useSyncExternalStore } from "react";
import { beforeKeyGoes } from "@/api/key";

const DRAFT_NAME = "agent-sdk.draft";
const SENT_NAME = "agent-sdk.sent";
const SENT_MAX_COUNT = 50;
/** Longer messages are not offered again: the browser's storage is small. */
const KEPT_MAX_CHARS = 20_000;

function keep(name: string, value: string): void {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // The storage is full: the draft lives on in the page, only a reload loses it.
  }
}

let draft = sessionStorage.getItem(DRAFT_NAME) ?? "";
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function readDraft(): string {
  return draft;
}

export function writeDraft(text: string): void {
  draft = text;
  if (text) keep(DRAFT_NAME, text.slice(0, KEPT_MAX_CHARS));
  else sessionStorage.removeItem(DRAFT_NAME);
  for (const listener of listeners) listener();
}

export function useDraft(): string {
  return useSyncExternalStore(subscribe, readDraft);
}

beforeKeyGoes(() => {
  writeDraft("");
  sessionStorage.removeItem(SENT_NAME);
});

/** Oldest first. */
export function readSent(): string[] {
  try {
    const sent: unknown = JSON.parse(sessionStorage.getItem(SENT_NAME) ?? "[]");
    return Array.isArray(sent) ? sent.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // Of another version.
  }
}

export function keepSent(text: string): void {
  if (!text.trim() || text.length > KEPT_MAX_CHARS) return;
  const sent = readSent().filter((one) => one !== text);
  keep(SENT_NAME, JSON.stringify([...sent, text].slice(-SENT_MAX_COUNT)));
}

/** Walks through `sent` from the newest; `null` is the draft itself. Returns the next place. */
export function recall(sent: readonly string[], place: number | null, by: -1 | 1): number | null {
  if (sent.length === 0) return null;
  if (place === null) return by === -1 ? sent.length - 1 : null;
  const next = place + by;
  return next >= sent.length ? null : Math.max(0, next);
}
