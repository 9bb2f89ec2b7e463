import { useParams } from "wouter";
import { useAgents } from "@/api/queries";
import { ErrorNote } from "@/components/ErrorNote";
import { PageHeader } from "@/components/PageHeader";
import { Skeleton } from "@/components/Skeleton";
import { Tabs } from "@/components/Tabs";
import { useSearchParams } from "@/shell/search_params";
import { AgentList } from "./agent_list";
import { AgentPage } from "./agent_page";
import { ModelList } from "./model_list";

/** All agents and models, or the agent that the address names. */
export default function AgentsPage() {
  const { name } = useParams<{ name?: string }>();
  return name === undefined ? <Overview /> : <AgentPage name={name} />;
}

function Agents() {
  const agents = useAgents();
  if (agents.data) return <AgentList agents={agents.data.data} />;
  if (agents.error) return <ErrorNote error={agents.error} onRetry={() => void agents.refetch()} />;
  return <Skeleton lines={8} />;
}

function Overview() {
  const [params, change] = useSearchParams();
  const tab = params.get("tab") === "models" ? "models" : "agents";
  return (
    <>
      <PageHeader title="Agents" subtitle="What this server runs, and the models that answer." />
      <Tabs
        label="Agents and models"
        value={tab}
        onValueChange={(value) => change({ tab: value === "models" ? value : null, q: null })}
        items={[
          { value: "agents", label: "Agents", content: <Agents /> },
          { value: "models", label: "Models", content: <ModelList /> },
        ]}
      />
    </>
  );
}
