/** Which agent and model the next run shall have. */
import type { AgentInfo, Models, PresetInfo } from "@/api/model";
import { useAgents, useModels, usePresets } from "@/api/queries";
import type { SelectOption } from "@/components/Field";
import { useSearchParams } from "@/shell/search_params";

const LAST_AGENT_NAME = "agent-sdk.agent";
/** Of the presets the one that shows most: tools at work, also with the model that needs no key. */
const FIRST_PRESET = "assistant_tools";

function agentOptions(agents: readonly AgentInfo[], presets: readonly PresetInfo[]): SelectOption[] {
  const titles = new Map(presets.map((preset) => [preset.name, preset.title]));
  // Own agents before those that come with the SDK.
  const own = agents.filter((agent) => !agent.preset);
  const ready = agents.filter((agent) => agent.preset);
  return [...own, ...ready].map(({ name, preset }) => {
    const title = preset ? titles.get(preset) : undefined;
    return { value: name, label: title ? `${title} (preset)` : name };
  });
}

/** The agent that answers who has chosen none: own ones first, and none whose model has no key. */
function firstChoice(agents: readonly AgentInfo[], models: Models["data"]): string | undefined {
  const keyless = new Set(models.filter((model) => model.available === false).map((model) => model.id));
  const ready = agents.filter((agent) => !keyless.has(agent.model));
  const first =
    ready.find((agent) => !agent.preset) ?? ready.find((agent) => agent.preset === FIRST_PRESET) ?? ready[0];
  return (first ?? agents[0])?.name;
}

function modelOptions(models: Models["data"], agent: AgentInfo | undefined): SelectOption[] {
  const own = { value: "", label: agent ? `${agent.model} (default)` : "Default model" };
  return [
    own,
    ...models.map(({ id, available }) => ({
      value: id,
      label: available !== false ? id : `${id} (no key)`,
      disabled: available === false,
    })),
  ];
}

export interface Choice {
  agent: AgentInfo | undefined;
  agents: readonly SelectOption[];
  /** "" is the agent's own. */
  model: string;
  models: readonly SelectOption[];
  chooseAgent: (name: string) => void;
  chooseModel: (id: string) => void;
  isPending: boolean;
  error: unknown;
}

/** `current` is the agent of the conversation that is shown. */
export function useChoice(current: string | null): Choice {
  const [params, change] = useSearchParams();
  const agents = useAgents();
  const presets = usePresets();
  const models = useModels();
  const list = agents.data?.data ?? [];
  const known = models.data?.data ?? [];
  const wanted = [
    params.get("agent"),
    params.get("preset"),
    current,
    localStorage.getItem(LAST_AGENT_NAME),
    firstChoice(list, known),
  ];
  const name = wanted.find((one) => list.some((agent) => agent.name === one));
  const agent = list.find((one) => one.name === name);
  const model = known.find((one) => one.id === params.get("model"))?.id ?? "";
  return {
    agent,
    agents: agentOptions(list, presets.data?.data ?? []),
    model,
    models: modelOptions(known, agent),
    chooseAgent: (chosen) => {
      localStorage.setItem(LAST_AGENT_NAME, chosen);
      change({ agent: chosen, preset: null });
    },
    chooseModel: (chosen) => change({ model: chosen }),
    isPending: agents.isPending || models.isPending,
    error: agents.error ?? models.error,
  };
}
