import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import type { Run } from "@/api/model";
import { Button } from "@/components/Button";
import { useShortcuts } from "@/shell/commands";
import { links } from "@/shell/routes";
import { ableFor, counted, type RunAction } from "./actions";
import { TypedConfirm } from "./typed_confirm";

/** So many at once are asked for without a question. */
const UNASKED_MAX_COUNT = 20;
const LABELS = { pause: "Pause", resume: "Resume", cancel: "Cancel", delete: "Delete" } as const;
const NAMES = Object.keys(LABELS) as RunAction[];

interface ActionBarProps {
  chosen: readonly Run[];
  onAction: (action: RunAction, runs: readonly Run[]) => void;
  onClear: () => void;
}

/** What may be done with the chosen runs. */
export function ActionBar({ chosen, onAction, onClear }: ActionBarProps) {
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<RunAction | null>(null);
  const [a, b] = chosen;
  const shortcuts = useMemo(() => [{ keys: "Escape", title: "Choose none", run: onClear }], [onClear]);
  useShortcuts(shortcuts);
  const act = (action: RunAction) => {
    onAction(action, chosen);
    if (action === "delete") onClear();
  };
  const start = (action: RunAction) => {
    if (ableFor(action, chosen).length > UNASKED_MAX_COUNT) setAsked(action);
    else act(action);
  };
  const active = chosen.length - ableFor("delete", chosen).length;
  const askedRuns = asked ? ableFor(asked, chosen) : [];
  return (
    <section
      aria-label="Chosen runs"
      className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-1.5"
    >
      <p role="status" className="mr-auto font-medium">
        {chosen.length} chosen
        {active > 0 && <span className="ml-2 text-xs font-normal text-muted">{active} not ended yet</span>}
      </p>
      {NAMES.map((action) => {
        const able = ableFor(action, chosen).length;
        return (
          <Button
            key={action}
            size="sm"
            variant={action === "delete" ? "danger" : "secondary"}
            disabled={able === 0}
            title={`${LABELS[action]} ${counted(ableFor(action, chosen))}`}
            onClick={() => start(action)}
          >
            {LABELS[action]}
            {able > 0 && able < chosen.length && ` ${able}`}
          </Button>
        );
      })}
      <Button
        size="sm"
        disabled={chosen.length !== 2}
        title={chosen.length === 2 ? "Compare the two runs" : "Choose two runs to compare them"}
        onClick={() => a && b && navigate(links.compare(b.id, a.id))}
      >
        Compare
      </Button>
      <Button size="sm" variant="ghost" onClick={onClear}>
        Choose none
      </Button>
      {asked && (
        <TypedConfirm
          title={`${LABELS[asked]} ${counted(askedRuns)}?`}
          word={`${asked} ${askedRuns.length}`}
          label={LABELS[asked]}
          onClose={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null);
            act(asked);
          }}
        />
      )}
    </section>
  );
}
