import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { textOf } from "@/run/parts";
import { useThread } from "./thread";

afterEach(() => vi.unstubAllGlobals());

const SEEN = new Map();

test("messages before a known run are those of their own session, also after another one was shown", async () => {
  vi.stubGlobal("fetch", async (address: string) => {
    const session = /sessions\/(\w+)\/messages/.exec(address)?.[1];
    const parts = [{ type: "text", text: `said in ${session}` }];
    return Response.json({ data: session ? [{ id: `m_${session}`, role: "user", parts }] : [] });
  });
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { result, rerender } = renderHook(({ id }) => useThread(id, null, SEEN), {
    wrapper,
    initialProps: { id: "one" },
  });
  const texts = () =>
    result.current.before.flatMap((view) => view.messages.map(({ parts }) => textOf(parts)));
  await waitFor(() => expect(texts()).toEqual(["said in one"]));
  rerender({ id: "two" });
  await waitFor(() => expect(texts()).toEqual(["said in two"]));
  rerender({ id: "one" });
  await waitFor(() => expect(texts()).toEqual(["said in one"]));
});
