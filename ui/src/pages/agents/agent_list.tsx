import { Play } from "lucide-react";
import { useCallback } from "react";
import { Link } from "wouter";
import type { AgentInfo } from "@/api/model";
import { Badge } from "@/components/Badge";
import { EmptyState } from "@/components/EmptyState";
import { LinkButton } from "@/components/LinkButton";
import { NameLinks } from "@/components/NameLinks";
import { SearchInput } from "@/components/SearchInput";
import { links } from "@/shell/routes";
import { useSearchParams } from "@/shell/search_params";

function AgentRow({ agent }: { agent: AgentInfo }) {
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            href={links.agent(agent.name)}
            className="font-mono text-xs font-semibold break-all text-accent underline"
          >
            {agent.name}
          </Link>
          {agent.preset && <Badge>preset</Badge>}
          {agent.output_schema && <Badge tone="info">typed output</Badge>}
        </p>
        <p>{agent.description || <span className="text-muted">No description.</span>}</p>
        <p className="text-xs text-muted">
          <code className="font-mono">{agent.model}</code>
          {" · tools: "}
          <NameLinks names={agent.tools} to={links.tool} />
          {agent.handoffs.length > 0 && (
            <>
              {" · hands off to: "}
              <NameLinks names={agent.handoffs} to={links.agent} />
            </>
          )}
        </p>
      </div>
      <LinkButton href={links.start({ agent: agent.name })} icon={<Play size={14} aria-hidden />}>
        Start a run
      </LinkButton>
    </li>
  );
}

function isFound({ name, description, model, tools }: AgentInfo, words: readonly string[]): boolean {
  const text = [name, description, model, ...tools].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

export function AgentList({ agents }: { agents: readonly AgentInfo[] }) {
  const [params, change] = useSearchParams();
  const q = params.get("q") ?? "";
  const search = useCallback((words: string) => change({ q: words }), [change]);
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = agents.filter((agent) => isFound(agent, words));
  if (agents.length === 0) {
    return (
      <EmptyState
        title="No agents"
        text="Serve one of your own: the module that has it, and its name there."
        command="agent-sdk server --agent my_agents:agent"
      />
    );
  }
  return (
    <>
      <search aria-label="Agents" className="flex border-b border-line bg-surface px-4 py-2">
        <SearchInput
          label="Search the agents"
          placeholder="Words of name, description, model or tools"
          value={q}
          onValueChange={search}
        />
      </search>
      {found.length === 0 && <EmptyState title="No agent fits" text="Search by other words." />}
      <ul>
        {found.map((agent) => (
          <AgentRow key={agent.name} agent={agent} />
        ))}
      </ul>
    </>
  );
}
