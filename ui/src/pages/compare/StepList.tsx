import { Diff, Equal, type LucideIcon, Minus, Plus } from "lucide-react";
import { memo, type ReactNode, useState } from "react";
import { Badge, type Tone } from "@/components/Badge";
import { JsonTree } from "@/components/JsonTree";
import type { ToolView } from "@/run/view";
import type { ToolPair, Verdict, Work, WorkPair } from "./steps";
import { TextDiff } from "./TextDiff";

const VERDICTS: Record<Verdict, { tone: Tone; Icon: LucideIcon; text: string }> = {
  same: { tone: "neutral", Icon: Equal, text: "same" },
  changed: { tone: "warn", Icon: Diff, text: "changed" },
  added: { tone: "ok", Icon: Plus, text: "added, only in B" },
  removed: { tone: "err", Icon: Minus, text: "removed, only in A" },
};

/** Further changed steps start closed: each open one costs its trees. */
const OPEN_MAX_COUNT = 20;

function VerdictBadge({ verdict, differs }: { verdict: Verdict; differs: readonly string[] }) {
  const { tone, Icon, text } = VERDICTS[verdict];
  return (
    <Badge tone={tone} icon={<Icon size={12} aria-hidden />}>
      {text}
      {differs.length > 0 && `: ${differs.join(", ")}`}
    </Badge>
  );
}

interface SidesProps {
  name: string;
  isSame: boolean;
  /** Null where this side has no such call. */
  a: ReactNode | null;
  b: ReactNode | null;
}

/** Values of both sides beside each other, or one where they are the same or only one has it. */
function Sides({ name, isSame, a, b }: SidesProps) {
  if (isSame || a === null || b === null) {
    return (
      <div className="min-w-0">
        <h4 className="text-xs text-muted">{isSame ? `${name}, the same in both` : name}</h4>
        {a ?? b}
      </div>
    );
  }
  return (
    <div className="grid min-w-0 gap-3 md:grid-cols-2">
      <div className="min-w-0">
        <h4 className="text-xs text-muted">{name} in A</h4>
        {a}
      </div>
      <div className="min-w-0">
        <h4 className="text-xs text-muted">{name} in B</h4>
        {b}
      </div>
    </div>
  );
}

function resultOf(tool: ToolView | null, side: string): ReactNode {
  if (!tool) return null;
  if (tool.error) {
    return (
      <p className="break-words text-err">
        <code className="font-mono text-xs">{tool.error.code}</code> {tool.error.message}
      </p>
    );
  }
  if (tool.state !== "ok") return <p className="text-muted">{tool.state.replaceAll("_", " ")}</p>;
  return <JsonTree value={tool.result} label={`Result of ${tool.name} ${side}`} />;
}

function argsOf(tool: ToolView | null, side: string): ReactNode {
  return tool && <JsonTree value={tool.args} label={`Arguments of ${tool.name} ${side}`} />;
}

function ToolRow({ pair }: { pair: ToolPair }) {
  const { a, b, differs, verdict } = pair;
  const isPaired = a !== null && b !== null;
  const hasSame = (...names: string[]) => isPaired && !names.some((name) => differs.includes(name));
  return (
    <li className="flex min-w-0 flex-col gap-2 rounded-md border border-line p-2">
      <h3 className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{(a ?? b)?.name}</span>
        <VerdictBadge verdict={verdict} differs={differs} />
      </h3>
      <Sides name="Arguments" isSame={hasSame("arguments")} a={argsOf(a, "in A")} b={argsOf(b, "in B")} />
      <Sides
        name="Result"
        isSame={hasSame("result", "state", "error")}
        a={resultOf(a, "in A")}
        b={resultOf(b, "in B")}
      />
    </li>
  );
}

const nameOf = (work: Work | null) => (work ? `step ${work.step.number}` : "nothing");

const StepRow = memo(function StepRow({ pair, isOpenAtFirst }: { pair: WorkPair; isOpenAtFirst: boolean }) {
  const [toggled, setToggled] = useState<boolean | null>(null);
  const isOpen = toggled ?? isOpenAtFirst;
  const { a, b, tools, verdict, differs } = pair;
  const calls = tools.map((tool) => (tool.a ?? tool.b)?.name).join(", ");
  return (
    <li className="border-t border-line first:border-t-0">
      <details open={isOpen} onToggle={(event) => setToggled(event.currentTarget.open)}>
        <summary className="px-3 py-2">
          <span className="font-medium">
            A: {nameOf(a)} · B: {nameOf(b)}
          </span>{" "}
          <VerdictBadge verdict={verdict} differs={differs} />{" "}
          <span className="text-muted">{calls || "answer"}</span>
        </summary>
        {isOpen && (
          <div className="flex flex-col gap-3 px-3 pb-3">
            {(a?.text || b?.text) && <TextDiff a={a?.text ?? ""} b={b?.text ?? ""} />}
            {tools.length > 0 && (
              <ul aria-label="Tool calls" className="flex flex-col gap-2">
                {tools.map((tool) => (
                  <ToolRow key={`${tool.a?.id} ${tool.b?.id}`} pair={tool} />
                ))}
              </ul>
            )}
          </div>
        )}
      </details>
    </li>
  );
});

/** Aligned steps; those that differ are open. */
export function StepList({ pairs }: { pairs: readonly WorkPair[] }) {
  if (pairs.length === 0) return <p className="p-3 text-muted">Neither run has begun a step.</p>;
  const differing = pairs.filter((pair) => pair.verdict !== "same").slice(0, OPEN_MAX_COUNT);
  const open = new Set(differing);
  return (
    <ul aria-label="Aligned steps">
      {pairs.map((pair) => (
        <StepRow
          key={`${pair.a?.step.number} ${pair.b?.step.number}`}
          pair={pair}
          isOpenAtFirst={open.has(pair)}
        />
      ))}
    </ul>
  );
}
