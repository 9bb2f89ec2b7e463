import { type ReactNode, useDeferredValue, useMemo } from "react";
import { isTerminal } from "@/api/model";
import { useAgents } from "@/api/queries";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import { textOf } from "@/run/parts";
import { type RunSnapshot, useRunView } from "@/run/store";
import type { RunView } from "@/run/view";
import { compareSettings } from "./configuration";
import { FigureTable } from "./FigureTable";
import { figuresOf } from "./figures";
import { SettingTable } from "./SettingTable";
import { StepList } from "./StepList";
import { alignSteps } from "./steps";
import { TextDiff } from "./TextDiff";

function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 rounded-md border border-line bg-surface p-3">
      <h2 className="mb-2 font-semibold">
        {title} {note && <span className="text-xs font-normal text-muted">{note}</span>}
      </h2>
      {children}
    </section>
  );
}

/** What a run answered; of one that goes on, what it says now. */
function answerOf(view: RunView): string {
  if (typeof view.output === "string") return view.output;
  if (view.output !== null && view.output !== undefined) return JSON.stringify(view.output, null, 2);
  const said = view.messages.findLast((each) => each.source === "model" && each.state !== "failed");
  return said ? textOf(said.parts) : "";
}

function inputOf(view: RunView): string {
  return view.messages
    .filter((message) => message.source === "input" || message.source === "added")
    .map((message) => textOf(message.parts))
    .join("\n\n");
}

const isLoading = ({ events, connection }: RunSnapshot) => events.length === 0 && connection !== "ended";

/** Two different runs; it follows those that go on. */
export function Comparison({ a, b }: { a: string; b: string }) {
  const left = useDeferredValue(useRunView(a));
  const right = useDeferredValue(useRunView(b));
  const agents = useAgents().data?.data;
  const pairs = useMemo(() => alignSteps(left.view, right.view), [left.view, right.view]);
  const settings = useMemo(() => compareSettings(left, right, agents ?? []), [left, right, agents]);
  // One that is read again after a break shows what it has so far.
  const error = [left, right].find(({ connection }) => connection === "failed")?.error ?? null;
  // A run that is not there is told of where it was chosen.
  if (error !== null) return error.status === 404 ? null : <ErrorNote error={error} />;
  if (isLoading(left) || isLoading(right)) return <Skeleton lines={8} />;
  const going = [left, right].some((side) => !isTerminal(side.view.status));
  const same = pairs.filter((pair) => pair.verdict === "same").length;
  const answers = [answerOf(left.view), answerOf(right.view)] as const;
  return (
    <div className="flex flex-col gap-3">
      {going && (
        <p role="status" className="text-info">
          A run goes on: its side is what it has done so far.
        </p>
      )}
      <div className="grid min-w-0 gap-3 xl:grid-cols-2">
        <Section title="Figures">
          <FigureTable figures={figuresOf(left.view, right.view)} />
        </Section>
        <div className="flex min-w-0 flex-col gap-3">
          <Section title="Input">
            <TextDiff a={inputOf(left.view)} b={inputOf(right.view)} />
          </Section>
          <Section title="Configuration">
            <SettingTable settings={settings} />
          </Section>
        </div>
      </div>
      <Section
        title="Answer"
        note={answers[0] === answers[1] ? "the same in both" : "− only in A, + only in B"}
      >
        <TextDiff a={answers[0]} b={answers[1]} />
      </Section>
      <Section title="Steps" note={`${same} of ${pairs.length} the same`}>
        <StepList pairs={pairs} />
      </Section>
    </div>
  );
}
