import { Play } from "lucide-react";
import { Link } from "wouter";
import type { AgentInfo } from "@/api/model";
import { useAgents, useModels, useRuns, useTools } from "@/api/queries";
import { Badge, StatusBadge } from "@/components/Badge";
import { CopyButton } from "@/components/CopyButton";
import { Crumb } from "@/components/Crumb";
import { EffectsBadge } from "@/components/EffectsBadge";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Fact, Facts } from "@/components/Facts";
import { LinkButton } from "@/components/LinkButton";
import { NameLinks } from "@/components/NameLinks";
import { PageHeader } from "@/components/PageHeader";
import { RequestSnippet } from "@/components/RequestSnippet";
import { SchemaView } from "@/components/SchemaView";
import { Skeleton } from "@/components/Skeleton";
import { RelativeTime } from "@/components/Values";
import { links } from "@/shell/routes";

const PANEL = "rounded-md border border-line bg-surface p-4";
const RECENT_MAX_COUNT = 8;

function ToolLinks({ names }: { names: readonly string[] }) {
  const tools = useTools();
  if (names.length === 0) return <p className="text-muted">It has no tools.</p>;
  return (
    <ul className="flex flex-col gap-1.5">
      {names.map((name) => {
        const tool = tools.data?.data.find((one) => one.name === name);
        return (
          <li key={name} className="flex flex-wrap items-center gap-2">
            <NameLinks names={[name]} to={links.tool} />
            {tool && <EffectsBadge effects={tool.effects} />}
            {tool?.needs_approval && <Badge tone="warn">needs approval</Badge>}
            {tool && <span className="text-xs text-muted">{tool.version}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function ModelName({ id }: { id: string }) {
  const models = useModels();
  const model = models.data?.data.find((one) => one.id === id);
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <code className="font-mono text-xs">{id}</code>
      {model?.default && <Badge tone="accent">default</Badge>}
      {model && !model.available && <Badge tone="err">not configured</Badge>}
    </span>
  );
}

function AgentFacts({ agent }: { agent: AgentInfo }) {
  return (
    <Facts>
      <Fact name="Model">
        <ModelName id={agent.model} />
      </Fact>
      <Fact name="Version">
        <span className="inline-flex items-center gap-1">
          <code className="font-mono text-xs break-all">{agent.version}</code>
          <CopyButton text={agent.version} label="Copy the version" />
        </span>
      </Fact>
      <Fact name="Hands off to">
        <NameLinks names={agent.handoffs} to={links.agent} nothing="no other agent" />
      </Fact>
      {agent.preset && (
        <Fact name="Made from">
          <Link href={links.presets} className="text-accent underline">
            the preset {agent.preset}
          </Link>
        </Fact>
      )}
    </Facts>
  );
}

function RecentRuns({ name }: { name: string }) {
  const runs = useRuns({ agent: name });
  const rows = runs.rows.slice(0, RECENT_MAX_COUNT);
  if (runs.isPending) return <Skeleton lines={2} className="p-0" />;
  if (runs.error && rows.length === 0) return <ErrorNote error={runs.error} />;
  if (rows.length === 0) return <p className="text-muted">None yet.</p>;
  return (
    <>
      <ul className="flex flex-col gap-1.5">
        {rows.map((run) => (
          <li key={run.id} className="flex flex-wrap items-center gap-2">
            <StatusBadge status={run.status} stopReason={run.stop_reason} />
            <Link href={links.trace(run.id)} className="font-mono text-xs break-all text-accent underline">
              {run.id}
            </Link>
            <span className="text-xs text-muted">
              <RelativeTime time={run.created_at} />
            </span>
          </li>
        ))}
      </ul>
      <Link
        href={`${links.runs}?${new URLSearchParams({ agent: name })}`}
        className="mt-2 inline-block text-accent underline"
      >
        All runs of it
      </Link>
    </>
  );
}

function Contents({ agent }: { agent: AgentInfo }) {
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] content-start gap-4 overflow-auto p-4 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <p>{agent.description || <span className="text-muted">No description.</span>}</p>
        <AgentFacts agent={agent} />
        <section aria-label="Tools" className={PANEL}>
          <h2 className="mb-2 font-semibold">Tools</h2>
          <ToolLinks names={agent.tools} />
        </section>
        <section aria-label="Recent runs" className={PANEL}>
          <h2 className="mb-2 font-semibold">Recent runs</h2>
          <RecentRuns name={agent.name} />
        </section>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <section aria-label="Output" className={PANEL}>
          <h2 className="mb-2 font-semibold">Output</h2>
          {agent.output_schema ? (
            <SchemaView schema={agent.output_schema} />
          ) : (
            <p className="text-muted">Text.</p>
          )}
        </section>
        <section aria-label="Dependencies" className={PANEL}>
          <h2 className="mb-2 font-semibold">Dependencies</h2>
          {agent.deps_schema ? (
            <SchemaView schema={agent.deps_schema} />
          ) : (
            <p className="text-muted">None, or none that JSON could say.</p>
          )}
        </section>
      </div>
    </div>
  );
}

export function AgentPage({ name }: { name: string }) {
  const agents = useAgents();
  const agent = agents.data?.data.find((one) => one.name === name);
  const body = { agent: name, input: "Hello" };
  const actions = agent && (
    <>
      <RequestSnippet request={{ method: "POST", path: "/v1/runs", body }} />
      <LinkButton href={links.start({ agent: name })} icon={<Play size={14} aria-hidden />} isPrimary>
        Start a run
      </LinkButton>
    </>
  );
  return (
    <>
      <PageHeader
        title={name}
        heading={<Crumb list="Agents" href={links.agents} name={name} />}
        actions={actions}
      />
      {agent && <Contents agent={agent} />}
      {agents.isPending && <Skeleton lines={8} />}
      {agents.error && !agents.data && (
        <ErrorNote error={agents.error} onRetry={() => void agents.refetch()} />
      )}
      {agents.data && !agent && (
        <EmptyState
          title={`There is no agent ${name}`}
          text="The server may have been started without it."
          command="agent-sdk server --agent my_agents:agent"
          action={
            <Link href={links.agents} className="text-accent underline">
              All agents
            </Link>
          }
        />
      )}
    </>
  );
}
