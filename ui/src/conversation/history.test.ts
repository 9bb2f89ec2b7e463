import { expect, test } from "vitest";
import type { Message, Run } from "@/api/model";
import { textOf } from "@/run/parts";
import { NO_USAGE } from "@/run/view";
import { beforeRun, pastOf, viewOfMessages } from "./history";

const run = (name: string, more: Partial<Run> = {}): Run => ({
  id: `run_${name}`,
  session_id: "ses_1",
  agent: "helper",
  model: "test:model",
  status: "completed",
  created_at: "2026-01-01T00:00:00Z",
  stop_reason: "end_turn",
  input: `ask ${name}`,
  output: "said",
  error: null,
  usage: NO_USAGE,
  started_at: null,
  ended_at: "2026-01-01T00:00:01Z",
  attempt: 1,
  last_seq: 9,
  parent_run_id: null,
  tags: [],
  metadata: {},
  ...more,
});

const said = (id: string, role: Message["role"], text: string): Message => ({
  id,
  role,
  parts: [{ type: "text", text }],
});

test("messages go to the run that they begin with, and what no run began is before all", () => {
  const messages = [
    said("msg_old", "user", "before the fork"),
    said("msg_x", "assistant", "answered"),
    said("msg_a", "user", "first"),
    said("msg_y", "assistant", "one"),
    said("msg_b", "user", "second"),
  ];
  const past = pastOf([run("a"), run("b")], messages);
  expect(past.map((one) => [one.run?.id ?? null, one.messages.length])).toEqual([
    [null, 2],
    ["run_a", 2],
    ["run_b", 1],
  ]);
});

test("a call of a tool gets its outcome from the message behind it", () => {
  const call = { type: "tool_call" as const, tool_call_id: "call_1", name: "pay", arguments: '{"usd":5}' };
  const result = {
    type: "tool_result" as const,
    tool_call_id: "call_1",
    name: "pay",
    content: "no money",
    outcome: "failed" as const,
  };
  const view = viewOfMessages(run("a"), [
    said("msg_a", "user", "pay"),
    { id: "msg_1", role: "assistant", parts: [call] },
    { id: "msg_2", role: "tool", parts: [result] },
  ]);
  expect(view.tools.call_1).toMatchObject({
    state: "error",
    args: { usd: 5 },
    error: { message: "no money" },
  });
});

test("a run that left nothing in its session still shows what it was asked, and how it ended", () => {
  const error = { code: "ASDK-RUN-001", message: "boom" };
  const view = viewOfMessages(run("a", { status: "failed", error }), []);
  expect(view.messages.map((message) => textOf(message.parts))).toEqual(["ask a"]);
  expect([view.status, view.error?.message]).toEqual(["failed", "boom"]);
});

test("what a run has said itself is not from before it, also where the list of runs does not know it yet", () => {
  const messages = [
    said("msg_a", "user", "first"),
    said("msg_y", "assistant", "one"),
    said("msg_b", "user", "second"),
    said("msg_z", "assistant", "two"),
  ];
  expect(beforeRun(messages, "run_b").map(({ id }) => id)).toEqual(["msg_a", "msg_y"]);
  expect(beforeRun(messages, "run_c")).toEqual(messages);
  expect(beforeRun(messages, null)).toEqual(messages);
});
