import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ToolView } from "@/run/view";
import { CitationChip } from "./CitationChip";
import { ToolCard } from "./ToolCard";

const TOOL: ToolView = {
  id: "call_1",
  name: "pay",
  version: "1.2.0",
  args: { usd: 5 },
  messageId: null,
  step: 1,
  seq: 7,
  state: "ok",
  startedAt: 0,
  executingAt: 0,
  endedAt: 12,
  duration_ms: 12,
  executions: 1,
  output: "",
  result: { paid: 5 },
  content: null,
  attachments: [],
  error: null,
  sentBack: false,
  deniedReason: null,
  approval: null,
  childRunId: null,
};

const sent = vi.fn<(address: string, init: RequestInit) => void>();

beforeEach(() => {
  sent.mockReset();
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    sent(address, init);
    return Response.json({ data: [] });
  });
});

afterEach(cleanup);

function show(element: ReactElement) {
  return render(<QueryClientProvider client={new QueryClient()}>{element}</QueryClientProvider>);
}

const APPROVAL = {
  id: "call_1",
  argsHash: "h",
  reason: null,
  childRunId: null,
  requestedAt: 0,
  resolvedAt: null,
  decision: null,
  decisionReason: null,
  decidedBy: null,
  editedArgs: null,
};

test("a call that went well is closed, and opens with its arguments and result", () => {
  show(<ToolCard tool={TOOL} />);
  expect(screen.queryByText("Arguments")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: /pay/ }));
  expect(screen.getByText("Arguments")).toBeTruthy();
  expect(screen.getByText("Result")).toBeTruthy();
});

test("a failed call is open, with its code and hint", () => {
  const error = { code: "ASDK-TOOL-005", message: "the disk is full", hint: "Make room." };
  show(<ToolCard tool={{ ...TOOL, state: "error", result: undefined, error }} />);
  for (const text of ["the disk is full", "Make room.", "ASDK-TOOL-005"]) {
    expect(screen.getByText(text)).toBeTruthy();
  }
});

test("a waiting call is approved with the edited arguments, which have to be JSON", async () => {
  show(<ToolCard tool={{ ...TOOL, state: "awaiting_approval", approval: APPROVAL }} />);
  fireEvent.click(screen.getByRole("button", { name: "Edit arguments" }));
  const field = screen.getByLabelText(/^Arguments \(JSON\)/);
  const approve = () => fireEvent.click(screen.getByRole("button", { name: /Approve with/ }));
  fireEvent.change(field, { target: { value: "{" } });
  expect(screen.getByText(/is no JSON/)).toBeTruthy();
  approve();
  fireEvent.change(field, { target: { value: '{"usd": 4}' } });
  approve();
  await vi.waitFor(() => {
    const decided = sent.mock.calls.find(([, init]) => init.method === "POST");
    expect(decided?.[0]).toBe("/v1/approvals/call_1");
    expect(JSON.parse(String(decided?.[1].body))).toEqual({ decision: "approve", args: { usd: 4 } });
  });
});

test("a state of the past offers no decision", () => {
  show(<ToolCard tool={{ ...TOOL, state: "awaiting_approval", approval: APPROVAL }} canDecide={false} />);
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
});

test.each([
  ["https://example.com/a", true],
  ["javascript:alert(1)", false],
  ["data:text/html,x", false],
  ["handbook.md", false],
])("a source named %s is a link: %s", (document, isLink) => {
  const citation = { type: "citation" as const, document, chunk_id: "c", quote: "q", start: 0, end: 1 };
  show(<CitationChip citation={citation} index={0} />);
  fireEvent.click(screen.getByRole("button", { name: /Source 1/ }));
  expect(screen.queryByRole("link") !== null).toBe(isLink);
  expect(screen.getByText("q")).toBeTruthy();
});
