import { afterEach, expect, test, vi } from "vitest";
import { deleteRun } from "@/api/mutations";
import { deleteWithUndo } from "@/components/deletion";
import { readToasts, toast } from "@/components/toast_store";
import { keepSent, readDraft, readSent, writeDraft } from "@/pages/run/drafts";
import { currentKey, forgetKey, keepKey, signOut, takeSignInCode } from "./key";

const STORAGE_NAME = "agent-sdk.key";
const pasted = (key: string) => ({ key, by: "paste" as const, expiresAt: null });

afterEach(async () => {
  await forgetKey();
  vi.unstubAllGlobals();
});

/** Every request as "METHOD address key", in order. */
function recorded(): string[] {
  const sent: string[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    sent.push(`${init.method} ${address} ${new Headers(init.headers).get("authorization")}`);
    return new Response(null, { status: 204 });
  });
  return sent;
}

test("signing out erases under the old key what could still be taken back, then revokes it", async () => {
  const sent = recorded();
  keepKey({ ...pasted("old"), by: "code" }, false);
  deleteWithUndo({ ids: ["run_1"], text: "Deleted", erase: deleteRun });
  await signOut();
  expect(sent).toEqual(["DELETE /v1/runs/run_1 Bearer old", "POST /v1/sign-out Bearer old"]);
  expect(readToasts()).toEqual([]);
});

test("what was written under one key is not shown under the next", () => {
  keepKey(pasted("old"), true);
  writeDraft("secret");
  keepSent("secret");
  keepKey(pasted("new"), true);
  expect([readDraft(), readSent()]).toEqual(["", []]);
  expect(currentKey()?.key).toBe("new");
});

test("a refused key is forgotten only where it is the one that is kept", async () => {
  keepKey(pasted("device"), true);
  keepKey(pasted("tab"), false);
  await forgetKey("tab");
  expect(currentKey()?.key).toBe("device");
  await forgetKey("tab");
  expect(localStorage.getItem(STORAGE_NAME)).toContain("device");
});

test("signing out in another tab signs this one out", () => {
  keepKey(pasted("device"), true);
  localStorage.removeItem(STORAGE_NAME);
  window.dispatchEvent(new StorageEvent("storage", { key: STORAGE_NAME, storageArea: localStorage }));
  expect(currentKey()).toBeNull();
});

test("a mangled code is taken as it is", () => {
  window.history.replaceState(null, "", "/#sign-in=%E0%A4%A");
  expect(takeSignInCode()).toBe("%E0%A4%A");
  expect(window.location.hash).toBe("");
});

test("what can be taken back is not pushed out by other messages", () => {
  keepKey(pasted("key"), false);
  toast.undo("Deleted", { commit: () => undefined });
  for (let count = 0; count < 6; count++) toast.success(`${count}`);
  expect(readToasts().map((message) => message.text)).toEqual(["Deleted", "3", "4", "5"]);
});
