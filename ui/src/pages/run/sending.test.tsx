import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, renderHook, screen } from "@testing-library/react";
import { createRef, type ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "@/api/client";
import { EMPTY_RUN } from "@/run/view";
import { Composer } from "./Composer";
import { writeDraft } from "./drafts";
import { type Target, useSending } from "./sending";

const TARGET: Target = {
  runId: null,
  sessionId: null,
  status: null,
  view: EMPTY_RUN,
  agent: "a",
  model: "",
};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  writeDraft("");
  window.history.replaceState(null, "", "/");
});

function wrapper({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>;
}

/** Answers of the server in order; returns the idempotency keys that came with the requests. */
function answering(...answers: Response[]): (string | null)[] {
  const keys: (string | null)[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    if (init.method === "POST") keys.push(new Headers(init.headers).get("idempotency-key"));
    return (init.method === "POST" ? answers.shift() : undefined) ?? Response.json({ data: [] });
  });
  return keys;
}

const created = (id: string) => Response.json({ id }, { status: 201 });

test("a message has one key until it is taken, and the next one has another", async () => {
  const keys = answering(new Response(null, { status: 503 }), created("run_1"), created("run_2"));
  const { result } = renderHook(() => useSending(TARGET), { wrapper });
  await act(() => expect(result.current.send("hello")).rejects.toBeInstanceOf(ApiError));
  await act(() => result.current.send("hello"));
  await act(() => result.current.send("hello"));
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test("the page follows the run that a message began", async () => {
  answering(created("run_1"));
  const { result } = renderHook(() => useSending(TARGET), { wrapper });
  await act(() => result.current.send("hello"));
  expect(window.location.search).toBe("?run=run_1");
});

test("who went elsewhere while a message was under way is not pulled back", async () => {
  answering(created("run_1"));
  const { result } = renderHook(() => useSending(TARGET), { wrapper });
  await act(async () => {
    const sending = result.current.send("hello");
    window.history.pushState(null, "", "/?run=run_other");
    await sending;
  });
  expect(window.location.search).toBe("?run=run_other");
});

function compose(onSend: () => Promise<void>): HTMLTextAreaElement {
  const requestOf = () => ({ method: "POST", path: "/v1/runs" }) as const;
  const props = { textRef: createRef<HTMLTextAreaElement>(), placeholder: "", disabled: false };
  render(<Composer {...props} onSend={onSend} requestOf={requestOf} />, { wrapper });
  return screen.getByRole("textbox") as HTMLTextAreaElement;
}

const write = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

test("what is typed while a message is under way stays", async () => {
  let taken = () => {};
  const field = compose(() => new Promise((resolve) => (taken = resolve)));
  write(field, "first");
  fireEvent.keyDown(field, { key: "Enter" });
  expect(field.value).toBe("");
  write(field, "second");
  await act(async () => taken());
  expect(field.value).toBe("second");
});

test("a message that was not taken comes back into an empty field", async () => {
  const field = compose(() => Promise.reject(new Error("no way")));
  write(field, "first");
  await act(async () => void fireEvent.keyDown(field, { key: "Enter" }));
  expect(field.value).toBe("first");
  expect(screen.getByRole("alert")).toBeTruthy();
});
