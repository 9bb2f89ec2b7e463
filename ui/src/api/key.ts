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

function read(): KeptKey | null {
  const raw = localStorage.getItem(STORAGE_NAME) ?? sessionStorage.getItem(STORAGE_NAME);
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

function change(kept: KeptKey | null): void {
  current = kept;
  for (const listener of listeners) listener();
}

export function currentKey(): KeptKey | null {
  return current;
}

export function subscribeKey(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useKey(): KeptKey | null {
  return useSyncExternalStore(subscribeKey, currentKey);
}

/** Keeps a key: over restarts of the browser when `remember`, else for this tab's life. */
export function keepKey(kept: KeptKey, remember: boolean): void {
  localStorage.removeItem(STORAGE_NAME);
  sessionStorage.removeItem(STORAGE_NAME);
  (remember ? localStorage : sessionStorage).setItem(STORAGE_NAME, JSON.stringify(kept));
  change(kept);
}

/** Forgets the key. With `refused`, only if it is still the one that the server refused. */
export function forgetKey(refused?: string): void {
  if (refused !== undefined && current?.key !== refused) return;
  localStorage.removeItem(STORAGE_NAME);
  sessionStorage.removeItem(STORAGE_NAME);
  change(null);
}

/** Exchanges a one-time code for a key and keeps it. Throws `ApiError` when it is used, expired or wrong. */
export async function signInWithCode(code: string, remember: boolean): Promise<void> {
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
  keepKey({ key: made.key, by: "code", expiresAt: made.expires_at }, remember);
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
  forgetKey();
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
  return decodeURIComponent(found[1]);
}
