import { Bot, ShieldQuestion } from "lucide-react";
import { useCallback } from "react";
import { Link } from "wouter";
import type { ToolInfo } from "@/api/model";
import { Badge } from "@/components/Badge";
import { EffectsBadge } from "@/components/EffectsBadge";
import { EmptyState } from "@/components/EmptyState";
import { Field, Select } from "@/components/Field";
import { NameLinks } from "@/components/NameLinks";
import { PageHeader } from "@/components/PageHeader";
import { RequestSnippet } from "@/components/RequestSnippet";
import { SearchInput } from "@/components/SearchInput";
import { links } from "@/shell/routes";
import { useSearchParams } from "@/shell/search_params";

const EFFECTS = ["read", "write", "external"] as const;
const CELL = "px-4 py-2 align-top";

function isFound(tool: ToolInfo, words: readonly string[]): boolean {
  const text = [tool.name, tool.description, ...tool.agents].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The first sentence says what it is; the rest stands on its own page. */
const firstLine = (text: string) => text.split(/\n|(?<=\.)\s/)[0] ?? "";

export function ToolMarks({ tool }: { tool: ToolInfo }) {
  return (
    <span className="inline-flex flex-wrap gap-1">
      <EffectsBadge effects={tool.effects} />
      {tool.needs_approval && (
        <Badge tone="warn" icon={<ShieldQuestion size={12} aria-hidden />}>
          needs approval
        </Badge>
      )}
      {tool.asks_agent && (
        <Badge tone="accent" icon={<Bot size={12} aria-hidden />}>
          asks an agent
        </Badge>
      )}
    </span>
  );
}

function Row({ tool }: { tool: ToolInfo }) {
  return (
    <tr className="border-b border-line hover:bg-raised">
      <th scope="row" className={`${CELL} text-left font-normal`}>
        <Link href={links.tool(tool.name)} className="font-mono text-xs font-semibold text-accent underline">
          {tool.name}
        </Link>
        <span className="block text-xs text-muted">{firstLine(tool.description)}</span>
        <span className="mt-1 block md:hidden">
          <ToolMarks tool={tool} />
        </span>
      </th>
      <td className={`${CELL} hidden md:table-cell`}>
        <ToolMarks tool={tool} />
      </td>
      <td className={`${CELL} font-mono text-xs`}>{tool.version}</td>
      <td className={`${CELL} hidden md:table-cell`}>
        <NameLinks names={tool.agents} to={links.agent} />
      </td>
    </tr>
  );
}

function Table({ tools }: { tools: readonly ToolInfo[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label="Tools" tabIndex={0} className="min-h-0 flex-1 overflow-auto">
      <table className="w-full border-collapse">
        <thead className="sticky top-0 bg-bg text-left text-xs text-muted">
          <tr className="border-b border-line">
            <th scope="col" className={`${CELL} font-medium`}>
              Tool
            </th>
            <th scope="col" className={`${CELL} hidden font-medium md:table-cell`}>
              Effects
            </th>
            <th scope="col" className={`${CELL} font-medium`}>
              Version
            </th>
            <th scope="col" className={`${CELL} hidden font-medium md:table-cell`}>
              Used by
            </th>
          </tr>
        </thead>
        <tbody>
          {tools.map((tool) => (
            <Row key={tool.name} tool={tool} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function ToolList({ tools }: { tools: readonly ToolInfo[] }) {
  const [params, change] = useSearchParams();
  const search = useCallback((words: string) => change({ q: words }), [change]);
  const q = params.get("q") ?? "";
  const effects = params.get("effects");
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tools.filter((tool) => (!effects || tool.effects === effects) && isFound(tool, words));
  return (
    <>
      <PageHeader
        title="Tools"
        subtitle={`${found.length} of ${tools.length}`}
        actions={<RequestSnippet request={{ method: "GET", path: "/v1/tools" }} />}
      />
      <search
        aria-label="Tools"
        className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2"
      >
        <SearchInput
          label="Search the tools"
          placeholder="Words of name, description or agents"
          value={q}
          onValueChange={search}
        />
        <Field label="Effects" hideLabel className="min-w-32 flex-1 sm:flex-none">
          {(ids) => (
            <Select
              {...ids}
              value={effects ?? ""}
              options={[
                { value: "", label: "All effects" },
                ...EFFECTS.map((value) => ({ value, label: value })),
              ]}
              onValueChange={(value) => change({ effects: value })}
            />
          )}
        </Field>
      </search>
      {found.length > 0 && <Table tools={found} />}
      {found.length === 0 && tools.length > 0 && (
        <EmptyState title="No tool fits" text="Search by other words, or for all effects." />
      )}
      {tools.length === 0 && (
        <EmptyState
          title="No agent has tools"
          text="Serve an agent of your own that has some."
          command="agent-sdk server --agent my_agents:agent"
        />
      )}
    </>
  );
}
