import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { ToolInfo } from "@/api/model";
import { initialObject } from "./form/shape";
import { TryForm } from "./try_form";

afterEach(cleanup);

const ADDRESS = {
  type: "object",
  properties: { city: { type: "string" }, zip: { type: "integer" } },
  required: ["city"],
  additionalProperties: false,
};
const PARAMETERS = {
  type: "object",
  properties: {
    to: { $ref: "#/$defs/Address" },
    copies: { type: "integer", maximum: 5, default: 1 },
    fast: { anyOf: [{ type: "boolean" }, { type: "null" }], default: null },
    size: { enum: ["S", "L"] },
    notes: { type: "array", items: { type: "string" } },
    from: { $ref: "#/$defs/Address" },
    extra: { anyOf: [{ type: "integer" }, { type: "string" }] },
  },
  required: ["to", "size"],
  additionalProperties: false,
  $defs: { Address: ADDRESS, Tree: { type: "object", properties: { next: { $ref: "#/$defs/Tree" } } } },
};
const TOOL: ToolInfo = {
  name: "send",
  version: "1.0.0",
  description: "Send.",
  parameters: PARAMETERS,
  effects: "read",
  idempotent: false,
  needs_approval: false,
  result: null,
  timeout_s: null,
  agents: [],
  asks_agent: null,
};

function form(initial: Record<string, unknown> | null = null) {
  const onRun = vi.fn();
  render(<TryForm tool={TOOL} initial={initial} isBusy={false} onRun={onRun} />);
  const type = (label: RegExp, value: string) =>
    fireEvent.change(screen.getByLabelText(label), { target: { value } });
  const run = () => fireEvent.click(screen.getByRole("button", { name: "Run" }));
  return { onRun, type, run };
}

test("what is required and missing is told, and nothing is sent", () => {
  const { onRun, run } = form();
  run();
  expect(screen.getByText("to/city is missing.")).toBeTruthy();
  expect(screen.getByText("size is missing.")).toBeTruthy();
  expect(onRun).not.toHaveBeenCalled();
});

test("what is filled in is sent with its types, and what is left empty is not", () => {
  const { onRun, type, run } = form();
  type(/^city/, "Bern");
  type(/^zip/, "3000");
  type(/^size/, "1");
  type(/^fast/, "1");
  type(/^copies/, "3");
  type(/^copies/, "");
  type(/^extra/, '"text"');
  run();
  expect(onRun).toHaveBeenCalledWith({
    to: { city: "Bern", zip: 3000 },
    size: "L",
    fast: false,
    extra: "text",
  });
});

test("a number that is none, and one that cannot be held exactly, are told and not sent", () => {
  const { onRun, type, run } = form({ to: { city: "Bern" }, size: "S" });
  type(/^copies/, "3x");
  run();
  expect(screen.getByText("copies must be an integer.")).toBeTruthy();
  type(/^copies/, "90071992547409931");
  expect(screen.getByText("copies must be an integer.")).toBeTruthy();
  expect(onRun).not.toHaveBeenCalled();
});

test("an item that is removed from the middle takes no other with it", () => {
  const { onRun, type, run } = form({ to: { city: "Bern" }, size: "S", notes: ["a", "b", "c"] });
  fireEvent.click(screen.getByRole("button", { name: "Remove item 2" }));
  type(/^item 2/, "d");
  run();
  expect(onRun).toHaveBeenCalledWith({ to: { city: "Bern" }, size: "S", notes: ["a", "d"] });
});

test("an optional object is filled in only when it is asked for", () => {
  const { onRun, run } = form({ to: { city: "Bern" }, size: "S" });
  fireEvent.click(screen.getByRole("button", { name: "Fill in" }));
  run();
  expect(screen.getByText("from/city is missing.")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Leave out" }));
  run();
  expect(onRun).toHaveBeenCalledWith({ to: { city: "Bern" }, size: "S" });
});

test("a schema that contains itself ends", () => {
  const tree = { ...PARAMETERS.$defs.Tree, $defs: PARAMETERS.$defs, required: ["next"] };
  expect(initialObject(tree, tree)).toEqual({ next: {} });
});
