import { Play } from "lucide-react";
import { Link } from "wouter";
import type { PresetInfo } from "@/api/model";
import { usePresets } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { LinkButton } from "@/components/LinkButton";
import { NameLinks } from "@/components/NameLinks";
import { PageHeader } from "@/components/PageHeader";
import { RequestSnippet } from "@/components/RequestSnippet";
import { Skeleton } from "@/components/Skeleton";
import { links } from "@/shell/routes";

function PresetCard({ preset }: { preset: PresetInfo }) {
  const { name, title, description, tools } = preset;
  const body = { agent: name, input: "Hello" };
  return (
    <li className="flex flex-col gap-3 rounded-md border border-line bg-surface p-4">
      <div className="flex-1">
        <h2 className="font-semibold">{title}</h2>
        {/* The agent that is made from a preset has its name. */}
        <Link href={links.agent(name)} className="font-mono text-xs break-all text-accent underline">
          {name}
        </Link>
        <p className="mt-2">{description}</p>
        <p className="mt-2 text-xs text-muted">
          Tools: <NameLinks names={tools} to={links.tool} />
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <LinkButton href={links.start({ preset: name })} icon={<Play size={14} aria-hidden />}>
          Start a run<span className="sr-only"> of {name}</span>
        </LinkButton>
        <RequestSnippet request={{ method: "POST", path: "/v1/runs", body }} />
      </div>
    </li>
  );
}

function Contents() {
  const presets = usePresets();
  if (presets.error && !presets.data) {
    return <ErrorNote error={presets.error} onRetry={() => void presets.refetch()} />;
  }
  if (!presets.data) return <Skeleton lines={8} />;
  if (presets.data.data.length === 0) {
    return <EmptyState title="This server has no presets" command="agent-sdk doctor" />;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label="Presets" tabIndex={0} className="min-h-0 flex-1 overflow-auto p-4">
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(20rem,100%),1fr))] gap-4">
        {presets.data.data.map((preset) => (
          <PresetCard key={preset.name} preset={preset as PresetInfo} />
        ))}
      </ul>
    </section>
  );
}

export default function PresetsPage() {
  return (
    <>
      <PageHeader title="Presets" subtitle="Ready-made agents." />
      <Contents />
    </>
  );
}
