/** Which agent and model the next run shall have. */
import type { AgentInfo, Models, PresetInfo } from "@/api/model";
import { useAgents, useModels, usePresets } from "@/api/queries";
import type { SelectOption } from "@/components/Field";
import { useSearchParams } from "@/shell/search_params";

const LAST_AGENT_NAME = "agent-sdk.agent";

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

function modelOptions(models: Models["data"], agent: AgentInfo | undefined): SelectOption[] {
  const own = { value: "", label: agent ? `Agent’s model (${agent.model})` : "Agent’s model" };
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
  const options = agentOptions(list, presets.data?.data ?? []);
  const wanted = [
    params.get("agent"),
    params.get("preset"),
    current,
    localStorage.getItem(LAST_AGENT_NAME),
    options[0]?.value,
  ];
  const name = wanted.find((one) => list.some((agent) => agent.name === one));
  const agent = list.find((one) => one.name === name);
  const known = models.data?.data ?? [];
  const model = known.find((one) => one.id === params.get("model"))?.id ?? "";
  return {
    agent,
    agents: options,
    model,
    models: modelOptions(known, agent),
    chooseAgent: (chosen) => {
      localStorage.setItem(LAST_AGENT_NAME, chosen);
      change({ agent: chosen, preset: null });
    },
    chooseModel: (chosen) => change({ model: chosen }),
    isPending: agents.isPending,
    error: agents.error ?? models.error,
  };
}
