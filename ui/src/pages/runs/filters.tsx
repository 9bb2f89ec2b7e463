import { X } from "lucide-react";
import { useCallback } from "react";
import type { RunFilters } from "@/api/queries";
import { AgentSelect } from "@/components/AgentSelect";
import { Button } from "@/components/Button";
import { Field, Select } from "@/components/Field";
import { SearchInput } from "@/components/SearchInput";
import { STATUSES, type useRunFilters } from "./filters_state";

const anyOr = (any: string, values: readonly string[]) => [
  { value: "", label: any },
  ...values.map((value) => ({ value, label: value })),
];

function Chip({ label, value, onRemove }: { label: string; value: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-8 max-w-full items-center gap-1.5 rounded-md bg-accent-soft pl-2 text-xs text-accent">
      {label}
      <code className="max-w-44 truncate font-mono" title={value}>
        {value}
      </code>
      <button
        type="button"
        aria-label={`Remove the filter: ${label}`}
        title="Remove the filter"
        onClick={onRemove}
        className="flex h-8 w-7 items-center justify-center"
      >
        <X size={12} aria-hidden />
      </button>
    </span>
  );
}

const CHIPS = [
  ["session_id", "Session"],
  ["parent_run_id", "Child runs of"],
] as const satisfies readonly (readonly [keyof RunFilters, string])[];

export function Filters({ filters, change, clear }: ReturnType<typeof useRunFilters>) {
  const search = useCallback((q: string) => change({ q }), [change]);
  return (
    <search
      aria-label="Runs"
      className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2"
    >
      <SearchInput
        label="Search runs"
        placeholder="Words of input, output or tags, or an id"
        value={filters.q ?? ""}
        onValueChange={search}
      />
      <Field label="Status" hideLabel className="min-w-32 flex-1 sm:flex-none">
        {(ids) => (
          <Select
            {...ids}
            value={filters.status ?? ""}
            options={anyOr("All statuses", STATUSES)}
            onValueChange={(status) => change({ status })}
          />
        )}
      </Field>
      <AgentSelect value={filters.agent ?? ""} onValueChange={(agent) => change({ agent })} />
      {CHIPS.map(([name, label]) => {
        const value = filters[name];
        if (!value) return null;
        return <Chip key={name} label={label} value={value} onRemove={() => change({ [name]: null })} />;
      })}
      {Object.keys(filters).length > 0 && (
        <Button variant="ghost" onClick={clear}>
          Clear
        </Button>
      )}
    </search>
  );
}
