/** Pieces that the inspectors of all kinds are made of. */
import type { ReactNode } from "react";
import type { Usage } from "@/api/model";
import { Fact as Line, Facts as List } from "@/components/Facts";
import { formatCost, formatCount } from "@/components/format";

export function Section({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="border-t border-line px-4 py-3">
      <div className="mb-1.5 flex items-center gap-2">
        <h3 className="flex-1 text-xs font-semibold text-muted">{title}</h3>
        {actions}
      </div>
      {children}
    </section>
  );
}

export type Fact = readonly [name: string, value: ReactNode];

/** Names and values; a value that is null, undefined or false is left out. */
export function Facts({ facts }: { facts: readonly (Fact | false)[] }) {
  const known = facts.filter(
    (fact): fact is Fact => fact !== false && fact[1] !== null && fact[1] !== undefined,
  );
  return (
    <List>
      {known.map(([name, value]) => (
        <Line key={name} name={name}>
          {value}
        </Line>
      ))}
    </List>
  );
}

export function usageFacts(usage: Usage | null): readonly Fact[] {
  if (!usage) return [];
  const more = (name: string, count: number): readonly Fact[] =>
    count > 0 ? [[name, formatCount(count)]] : [];
  return [
    ["Tokens in", formatCount(usage.input_tokens)],
    ["Tokens out", formatCount(usage.output_tokens)],
    ["Cached", formatCount(usage.cache_read_tokens)],
    ...more("Written to cache", usage.cache_write_tokens),
    ["Reasoning", formatCount(usage.reasoning_tokens)],
    ["Cost", formatCost(usage.cost_usd)],
  ];
}

/** Plain text as it is. */
export function Block({ label, text }: { label?: string; text: string }) {
  return (
    <div>
      {label && <p className="text-xs text-muted">{label}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="max-h-64 overflow-auto font-mono text-xs break-words whitespace-pre-wrap">
        {text}
      </pre>
    </div>
  );
}
