import { type KeyboardEvent, useEffect, useState } from "react";
import { cx } from "@/components/classes";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Input } from "@/components/Field";
import type { Command } from "./commands";
import { usePaletteItems } from "./palette_items";

const optionId = (command: Command | undefined) => (command ? `palette-${command.id}` : undefined);

interface OptionsProps {
  items: readonly Command[];
  active: number;
  onActive: (index: number) => void;
  onRun: (command: Command) => void;
}

function Options({ items, active, onActive, onRun }: OptionsProps) {
  const activeId = optionId(items[active]);
  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);
  return (
    <div
      role="listbox"
      id="palette-list"
      aria-label="Commands"
      hidden={items.length === 0}
      className="mt-2 max-h-80 overflow-auto"
    >
      {items.map((command, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled where the focus is, on the field
        <div
          key={command.id}
          id={optionId(command)}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          onPointerMove={() => onActive(index)}
          onClick={() => onRun(command)}
          className={cx(
            "flex cursor-pointer items-baseline gap-3 rounded px-2 py-1.5",
            index === active && "bg-accent-soft text-accent",
          )}
        >
          <span className="min-w-0 flex-1 truncate">{command.title}</span>
          {command.detail && (
            <span className={cx("shrink-0 text-xs", index !== active && "text-muted")}>{command.detail}</span>
          )}
        </div>
      ))}
    </div>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const { items, error, isSearching } = usePaletteItems(query);
  const active = Math.min(chosen, items.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const count = Math.max(1, items.length);
    if (event.key === "ArrowDown") setChosen((active + 1) % count);
    else if (event.key === "ArrowUp") setChosen((active - 1 + count) % count);
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) run(items[active]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <Input
        role="combobox"
        aria-label="Command, words of a run, or an id"
        aria-expanded={items.length > 0}
        aria-controls="palette-list"
        aria-activedescendant={optionId(items[active])}
        autoComplete="off"
        placeholder="A command, an agent, a tool, words of a run, or an id"
        value={query}
        onKeyDown={onKey}
        onChange={(event) => {
          setQuery(event.target.value);
          setChosen(0);
        }}
      />
      <Options items={items} active={active} onActive={setChosen} onRun={run} />
      <p role="status" className="px-2 text-muted">
        {isSearching ? "Searching runs…" : items.length === 0 && "Nothing fits."}
      </p>
      {error !== null && <ErrorNote error={error} />}
    </>
  );
}

export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Commands">
      <PaletteBody onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}
