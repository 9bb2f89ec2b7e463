import { type KeyboardEvent, useId, useState } from "react";
import { Link } from "wouter";
import type { Run } from "@/api/model";
import { useRun } from "@/api/queries";
import { StatusBadge } from "@/components/Badge";
import { cx } from "@/components/classes";
import { ErrorNote } from "@/components/ErrorNote";
import { Field, Input } from "@/components/Field";
import { RelativeTime } from "@/components/Values";
import { titleOf } from "@/run/title";
import { links } from "@/shell/routes";
import { useRunSearch } from "@/shell/run_search";

interface PickerProps {
  /** `A` or `B`. */
  side: string;
  id: string | null;
  onPick: (id: string) => void;
}

const optionId = (listId: string, run: Run) => `${listId}-${run.id}`;

interface RunListProps {
  id: string;
  label: string;
  runs: readonly Run[];
  active: number;
  picked: string | null;
  onActive: (index: number) => void;
  onPick: (run: Run) => void;
}

function RunList({ id, label, runs, active, picked, onActive, onPick }: RunListProps) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label={label}
      hidden={runs.length === 0}
      className="max-h-80 overflow-auto"
    >
      {runs.map((run, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled where the focus is, on the field
        <div
          key={run.id}
          id={optionId(id, run)}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          onPointerMove={() => onActive(index)}
          // The field keeps the focus: a list that closes under the pointer takes no click.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPick(run)}
          className={cx(
            "flex min-w-0 cursor-pointer items-center gap-2 rounded px-2 py-1.5",
            index === active && "bg-accent-soft",
          )}
        >
          <StatusBadge status={run.status} stopReason={run.stop_reason} />
          <span className="min-w-0 flex-1 truncate">{titleOf(run)}</span>
          <span className="text-xs text-muted">
            {run.id === picked ? "chosen" : run.agent} · <RelativeTime time={run.created_at} />
          </span>
        </div>
      ))}
    </div>
  );
}

interface Listed {
  runs: readonly Run[];
  isOpen: boolean;
  setOpen: (isOpen: boolean) => void;
  pick: (run: Run) => void;
}

function useListKeys({ runs, isOpen, setOpen, pick }: Listed) {
  const [chosen, setChosen] = useState(0);
  const active = Math.min(chosen, runs.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const run = runs[active];
    if (event.key === "ArrowDown" && !isOpen) setOpen(true);
    else if (event.key === "ArrowDown") setChosen(Math.min(active + 1, runs.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(active - 1, 0));
    else if (event.key === "Enter" && isOpen && run) pick(run);
    else if (event.key === "Escape" && isOpen) setOpen(false);
    else return;
    event.preventDefault();
  };
  return { active, setChosen, onKeyDown };
}

/** Finds a run by words of its input, output or tags, or by its id. */
export function RunPicker({ side, id, onPick }: PickerProps) {
  const listId = useId();
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const { runs, error, isSearching } = useRunSearch(text, { newestWhenEmpty: isOpen });
  const pick = (run: Run) => {
    setOpen(false);
    setText("");
    onPick(run.id);
  };
  const { active, setChosen, onKeyDown } = useListKeys({ runs, isOpen, setOpen, pick });
  const activeRun = isOpen ? runs[active] : undefined;
  return (
    <div className="relative flex min-w-0 flex-col gap-2">
      <Field label={`Run ${side}`}>
        {(ids) => (
          <Input
            {...ids}
            role="combobox"
            autoComplete="off"
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-activedescendant={activeRun ? optionId(listId, activeRun) : undefined}
            placeholder={id ? "Choose another: words or a run id" : "Words of its input or answer, or its id"}
            value={text}
            onFocus={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={onKeyDown}
            onChange={(event) => {
              setText(event.target.value);
              setChosen(0);
              setOpen(true);
            }}
          />
        )}
      </Field>
      {isOpen && (
        <div className="absolute inset-x-0 top-14 z-20 rounded-md border border-line bg-surface p-1 shadow-lg">
          <RunList
            id={listId}
            label={`Runs for ${side}`}
            runs={runs}
            active={active}
            picked={id}
            onActive={setChosen}
            onPick={pick}
          />
          {runs.length === 0 && (
            <p role="status" className="p-2 text-muted">
              {isSearching ? "Searching…" : "No run fits."}
            </p>
          )}
        </div>
      )}
      {isOpen && error !== null && <ErrorNote error={error} />}
      {id !== null && <Picked id={id} />}
    </div>
  );
}

function Picked({ id }: { id: string }) {
  const { data: run, error } = useRun(id);
  if (error) return <ErrorNote error={error} />;
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
      {run && <StatusBadge status={run.status} stopReason={run.stop_reason} />}
      <Link href={links.trace(id)} className="min-w-0 truncate text-accent underline">
        {run ? titleOf(run) : id}
      </Link>
      {run && (
        <span className="text-xs text-muted">
          <RelativeTime time={run.created_at} />
        </span>
      )}
      <span className="w-full truncate font-mono text-xs text-muted">{id}</span>
    </p>
  );
}
