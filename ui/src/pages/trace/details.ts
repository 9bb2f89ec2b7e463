/** One line that says what an item is about. */

import type { Usage } from "@/api/model";
import { formatCost, formatCount } from "@/components/format";
import { textOf } from "@/run/parts";
import type { RunView, ToolView } from "@/run/view";
import type { Item } from "./outline";

const LINE_MAX_CHARS = 160;

export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LINE_MAX_CHARS ? `${line.slice(0, LINE_MAX_CHARS)}…` : line;
}

export function usageLine(usage: Usage): string {
  const tokens = `${formatCount(usage.input_tokens)} in · ${formatCount(usage.output_tokens)} out`;
  return usage.cost_usd === null ? tokens : `${tokens} · ${formatCost(usage.cost_usd)}`;
}

function toolLine(tool: ToolView): string {
  const args = Object.entries(tool.args).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const failure = tool.error?.message ?? tool.deniedReason;
  return oneLine(failure ? `${args.join(", ")} → ${failure}` : args.join(", "));
}

/** Empty where there is nothing to say beyond the label. */
export function detailOf(view: RunView, item: Item): string {
  switch (item.kind) {
    case "model": {
      const message = view.messages.findLast((one) => one.id === item.ref);
      if (!message) return "";
      if (message.failure) return message.error?.message ?? message.failure;
      const calls = message.parts.flatMap((part) => (part.type === "tool_call" ? [part.name] : []));
      const said = oneLine(textOf(message.parts));
      return said || (calls.length > 0 ? `calls ${calls.join(", ")}` : "");
    }
    case "tool": {
      const tool = view.tools[item.ref ?? ""];
      return tool ? toolLine(tool) : "";
    }
    case "approval": {
      const approval = view.tools[item.ref ?? ""]?.approval;
      if (!approval?.decision) return approval ? "waits for a decision" : "";
      const verb = approval.decision === "approve" ? "approved" : "denied";
      return approval.decidedBy ? `${verb} by ${approval.decidedBy}` : verb;
    }
    case "handoff":
      return view.handoffs.find((one) => one.toolCallId === item.ref)?.reason ?? "";
    case "step":
      return view.steps.findLast((one) => one.number === item.step)?.error?.message ?? "";
    default:
      return "";
  }
}

export function usageOf(view: RunView, item: Item): Usage | null {
  switch (item.kind) {
    case "run":
      return view.usage;
    case "step":
      return view.steps.findLast((one) => one.number === item.step)?.usage ?? null;
    case "model":
      return view.messages.findLast((one) => one.id === item.ref)?.usage ?? null;
    case "subagent":
      return view.children.find((one) => one.runId === item.ref)?.usage ?? null;
    default:
      return null;
  }
}
