import { useAgents } from "@/api/queries";
import { Field, Select } from "./Field";

/** A choice among the server's agents; one that it no longer has stays a choice while it is chosen. */
export function AgentSelect({ value, onValueChange }: { value: string; onValueChange: (v: string) => void }) {
  const names = useAgents().data?.data.map((agent) => agent.name) ?? [];
  const known = value && !names.includes(value) ? [...names, value] : names;
  const options = [
    { value: "", label: "All agents" },
    ...known.map((name) => ({ value: name, label: name })),
  ];
  return (
    <Field label="Agent" hideLabel className="min-w-32 flex-1 sm:flex-none">
      {(ids) => <Select {...ids} value={value} options={options} onValueChange={onValueChange} />}
    </Field>
  );
}
