import { useLocation } from "wouter";
import { addressOf } from "@/api/client";
import { useAgents } from "@/api/queries";
import { curlSnippet } from "@/api/snippets";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { RequestSnippet } from "@/components/RequestSnippet";
import { links } from "@/shell/routes";
import { Filters } from "./filters";
import { useRunFilters } from "./filters_state";
import { RunList } from "./list";

const ANY_AGENT = "assistant_basic";

/** In one line, so that it is one command also where it is pasted line by line. */
const oneLine = (snippet: string) => snippet.replaceAll(" \\\n  ", " ").trim();

function NoRun() {
  const [, navigate] = useLocation();
  const agent = useAgents().data?.data[0]?.name ?? ANY_AGENT;
  const body = { agent, input: "What can you do?" };
  return (
    <EmptyState
      title="No run yet"
      text="Start one here, or from a shell:"
      command={oneLine(curlSnippet({ method: "POST", path: "/v1/runs", body }))}
      action={
        <Button variant="primary" onClick={() => navigate(links.home)}>
          Start a run
        </Button>
      }
    />
  );
}

export default function RunsPage() {
  const state = useRunFilters();
  const { filters, clear } = state;
  const request = { method: "GET", path: addressOf("/v1/runs", { query: { ...filters } }) } as const;
  const isFiltered = Object.keys(filters).length > 0;
  const noMatch = (
    <EmptyState
      title="Nothing matches"
      text="No run has all of these words and filters."
      action={<Button onClick={clear}>Clear search and filters</Button>}
    />
  );
  return (
    <>
      <PageHeader title="Runs" actions={<RequestSnippet request={request} />} />
      <Filters {...state} />
      <RunList filters={filters} empty={isFiltered ? noMatch : <NoRun />} />
    </>
  );
}
