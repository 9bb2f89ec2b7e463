/** What two runs were told to do and with what: settings that differ, and those that do not. */
import type { RunEvent } from "@/api/events";
import type { AgentInfo } from "@/api/model";
import type { RunView } from "@/run/view";
import { isSameJson } from "./steps";

export interface Setting {
  name: string;
  a: unknown;
  b: unknown;
  isSame: boolean;
}

export interface Subject {
  view: RunView;
  events: readonly RunEvent[];
}

type Settings = Record<string, unknown>;

function flat(prefix: string, values: object | undefined): Settings {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, value]) => [`${prefix} ${name}`, value]),
  );
}

function settingsOf({ view, events }: Subject, agents: readonly AgentInfo[]): Settings {
  const queued = events[0]?.type === "run.queued" ? events[0] : null;
  const limits = queued && "limits" in queued.data ? (queued.data.limits as object) : undefined;
  const answered = view.steps.filter((step) => step.state === "ok");
  const name = queued?.agent ?? view.agent;
  const agent = agents.find((one) => one.name === name);
  return {
    Agent: name,
    "Agent's version, now": agent?.version ?? null,
    "Model asked for": queued && "model" in queued.data ? queued.data.model : view.model,
    "Models that answered": [...new Set(answered.map((step) => step.model))],
    "Agents at work": [...new Set(view.steps.map((step) => step.agent))],
    "Tools of the agent": agent?.tools ?? null,
    "Handoffs of the agent": agent?.handoffs ?? null,
    "Output schema": agent?.output_schema ?? null,
    ...flat("Limit", limits),
    Tags: view.tags,
    ...flat("Metadata", view.metadata),
  };
}

/** Takes what the server says of its agents as well; a journal does not hold their definitions. */
export function compareSettings(a: Subject, b: Subject, agents: readonly AgentInfo[]): Setting[] {
  const [left, right] = [settingsOf(a, agents), settingsOf(b, agents)];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].map((name) => {
    const [one, other] = [left[name] ?? null, right[name] ?? null];
    return { name, a: one, b: other, isSame: isSameJson(one, other) };
  });
}
