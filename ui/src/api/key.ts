/** The API key of this origin: kept, forgotten, and told of to whoever listens. */
import { useSyncExternalStore } from "react";
import { errorOf, networkError } from "./errors";

export interface KeptKey {
  key: string;
  /** A key that came by a one-time code is revoked at sign-out; a pasted one is the user's own. */
  by: "paste" | "code";
  expiresAt: string | null;
}

const STORAGE_NAME = "agent-sdk.key";
const SIGN_IN_FRAGMENT = /^#sign-in=(.+)$/;

let current: KeptKey | null = read();
const listeners = new Set<() => void>();
const leavers = new Set<() => unknown>();

/** This tab's own key goes before the one that all tabs share. */
function read(): KeptKey | null {
  return readFrom(sessionStorage) ?? readFrom(localStorage);
}

function readFrom(storage: Storage): KeptKey | null {
  const raw = storage.getItem(STORAGE_NAME);
  if (raw === null) return null;
  try {
    const kept: unknown = JSON.parse(raw);
    return isKept(kept) && !isOver(kept) ? kept : null;
  } catch {
    return null; // Not ours, or of another version: sign in again.
  }
}

function isKept(value: unknown): value is KeptKey {
  return typeof value === "object" && value !== null && "key" in value && typeof value.key === "string";
}

function isOver(kept: KeptKey): boolean {
  return kept.expiresAt !== null && Date.parse(kept.expiresAt) <= Date.now();
}

/** Resolves when what was left open under the old key is done. */
function change(kept: KeptKey | null): Promise<unknown> {
  const isOther = current?.key !== kept?.key;
  const left = isOther && current ? [...leavers].map((leave) => leave()) : [];
  if (isOther) forgetTab();
  current = kept;
  for (const listener of listeners) listener();
  return Promise.allSettled(left);
}

/** What a tab keeps (drafts, sent messages) is of the key that it was written under. */
function forgetTab(): void {
  const own = sessionStorage.getItem(STORAGE_NAME);
  sessionStorage.clear();
  if (own !== null) sessionStorage.setItem(STORAGE_NAME, own);
}

// Other tabs' signing in and out is this tab's too, unless it has a key of its own.
window.addEventListener("storage", (event) => {
  if (event.storageArea !== localStorage || (event.key !== null && event.key !== STORAGE_NAME)) return;
  const kept = read();
  if (kept?.key !== current?.key) void change(kept);
});

export function currentKey(): KeptKey | null {
  return current;
}

export function subscribeKey(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls `leave` while the key is still the current one, so that it may send its last requests. */
export function beforeKeyGoes(leave: () => unknown): () => void {
  leavers.add(leave);
  return () => leavers.delete(leave);
}

export function useKey(): KeptKey | null {
  return useSyncExternalStore(subscribeKey, currentKey);
}

/** Keeps a key: over restarts of the browser when `remember`, else for this tab's life. */
export function keepKey(kept: KeptKey, remember: boolean): void {
  sessionStorage.removeItem(STORAGE_NAME);
  (remember ? localStorage : sessionStorage).setItem(STORAGE_NAME, JSON.stringify(kept));
  void change(kept);
}

/** Forgets the key. With `refused`, only where it is still the one that the server refused. */
export async function forgetKey(refused?: string): Promise<void> {
  for (const storage of [sessionStorage, localStorage]) {
    if (refused === undefined || readFrom(storage)?.key === refused) storage.removeItem(STORAGE_NAME);
  }
  if (refused === undefined || current?.key === refused) await change(read());
}

/** Exchanges a one-time code for a key and keeps it for this tab's life. Throws `ApiError` when it is used, expired or wrong. */
export async function signInWithCode(code: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch("/v1/sign-in", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ code }),
    });
  } catch (cause) {
    throw networkError(cause);
  }
  if (!response.ok) throw await errorOf(response);
  const made = (await response.json()) as { key: string; expires_at: string };
  keepKey({ key: made.key, by: "code", expiresAt: made.expires_at }, false);
}

/** Checks a pasted key against the server, then keeps it. Throws `ApiError` when it is refused. */
export async function signInWithKey(key: string, remember: boolean): Promise<void> {
  let response: Response;
  try {
    response = await fetch("/v1/meta", { headers: { authorization: `Bearer ${key}` } });
  } catch (cause) {
    throw networkError(cause);
  }
  if (!response.ok) throw await errorOf(response);
  keepKey({ key, by: "paste", expiresAt: null }, remember);
}

/** Forgets the key at once, and revokes it on the server if it came by a one-time code. */
export async function signOut(): Promise<void> {
  const kept = current;
  // What is still to be sent under the key goes before its end.
  await forgetKey();
  if (kept?.by !== "code") return;
  const headers = { authorization: `Bearer ${kept.key}` };
  let response: Response;
  try {
    response = await fetch("/v1/sign-out", { method: "POST", headers });
  } catch (cause) {
    throw networkError(cause);
  }
  // A key that the server does not know any more is as good as revoked.
  if (!response.ok && response.status !== 401) throw await errorOf(response);
}

/** Takes the one-time code out of the address, so that it is in no history, bookmark or screenshot. */
export function takeSignInCode(): string | null {
  const found = SIGN_IN_FRAGMENT.exec(window.location.hash);
  if (!found?.[1]) return null;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return found[1]; // Cut or mangled on its way: the server refuses it with a reason.
  }
}
