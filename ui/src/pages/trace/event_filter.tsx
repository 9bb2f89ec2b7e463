import { ArrowDown } from "lucide-react";
import { useMemo } from "react";
import type { RunEvent } from "@/api/events";
import { Button } from "@/components/Button";
import { Field, Input, Select } from "@/components/Field";
import { useSearchParams } from "@/shell/search_params";
import { type EventFilter, typesOf } from "./event_rows";

const STREAMS = ["", "lifecycle", "assistant", "tool"].map((value) => ({
  value,
  label: value || "all streams",
}));

/** The filter as the address has it. */
export function useFilter(): [EventFilter, (changes: Partial<EventFilter>) => void] {
  const [params, change] = useSearchParams();
  const [stream, type] = [params.get("stream") ?? "", params.get("type") ?? ""];
  const text = params.get("text") ?? "";
  return [useMemo(() => ({ stream, type, text }), [stream, type, text]), change];
}

interface FilterBarProps {
  events: readonly RunEvent[];
  filter: EventFilter;
  shownCount: number;
  onChange: (changes: Partial<EventFilter>) => void;
  onNewest: () => void;
}

export function FilterBar({ events, filter, shownCount, onChange, onNewest }: FilterBarProps) {
  const types = useMemo(() => {
    const found = typesOf(events).map(([type, count]) => ({ value: type, label: `${type} (${count})` }));
    const isKnown = !filter.type || found.some((one) => one.value === filter.type);
    const asked = isKnown ? [] : [{ value: filter.type, label: filter.type }];
    return [{ value: "", label: "all types" }, ...asked, ...found];
  }, [events, filter.type]);
  return (
    <search className="flex flex-wrap items-end gap-2 border-b border-line px-3 py-2">
      <Field label="Text in the event" hideLabel className="min-w-40 flex-1">
        {(ids) => (
          <Input
            {...ids}
            type="search"
            value={filter.text}
            placeholder="Text in the event"
            onChange={(event) => onChange({ text: event.target.value })}
          />
        )}
      </Field>
      <Field label="Stream" hideLabel>
        {(ids) => (
          <Select
            {...ids}
            options={STREAMS}
            value={filter.stream}
            onValueChange={(stream) => onChange({ stream })}
          />
        )}
      </Field>
      <Field label="Type" hideLabel className="w-52">
        {(ids) => (
          <Select {...ids} options={types} value={filter.type} onValueChange={(type) => onChange({ type })} />
        )}
      </Field>
      <p role="status" className="py-1.5 text-xs text-muted tabular-nums">
        {shownCount === events.length
          ? `${events.length} events`
          : `${shownCount} of ${events.length} events`}
      </p>
      <Button size="sm" icon={<ArrowDown size={14} aria-hidden />} onClick={onNewest}>
        Newest
      </Button>
    </search>
  );
}
