import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Approval } from "@/api/model";
import { DECISION_PAUSE_MS, useDecide } from "./decide";

const approval = (id: string) => ({ id, tool: "pay" }) as Approval;
const sent: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  sent.length = 0;
  vi.stubGlobal("fetch", async (address: string) => {
    sent.push(address);
    return Response.json({});
  });
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("after a decision no other one is taken for a moment, so that a double click decides one call", async () => {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(() => useDecide(), { wrapper });
  const decide = (id: string) => act(() => result.current.decide(approval(id), { decision: "approve" }));
  expect(await decide("one")).toBe(true);
  expect(result.current.isBusy).toBe(true);
  expect(await decide("two")).toBe(false);
  expect(sent).toEqual(["/v1/approvals/one"]);
  act(() => void vi.advanceTimersByTime(DECISION_PAUSE_MS));
  expect(result.current.isBusy).toBe(false);
  expect(await decide("two")).toBe(true);
  expect(sent).toEqual(["/v1/approvals/one", "/v1/approvals/two"]);
});
