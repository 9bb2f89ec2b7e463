import { ArrowLeftRight } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { useShortcuts } from "@/shell/commands";
import { useSearchParams } from "@/shell/search_params";
import { Comparison } from "./Comparison";
import { RunPicker } from "./RunPicker";

export default function ComparePage() {
  const [params, change] = useSearchParams();
  const a = params.get("a");
  const b = params.get("b");
  const shortcuts = useMemo(
    () => [{ keys: "s", title: "Swap A and B", run: () => change({ a: b, b: a }) }],
    [a, b, change],
  );
  useShortcuts(shortcuts);
  const swap = (
    <Button
      icon={<ArrowLeftRight size={14} aria-hidden />}
      disabled={!a && !b}
      onClick={() => change({ a: b, b: a })}
    >
      Swap
    </Button>
  );
  return (
    <>
      <PageHeader title="Compare two runs" actions={swap} />
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto p-4">
        <div className="grid gap-4 md:grid-cols-2">
          <RunPicker side="A" id={a} onPick={(id) => change({ a: id })} />
          <RunPicker side="B" id={b} onPick={(id) => change({ b: id })} />
        </div>
        <Body a={a} b={b} />
      </div>
    </>
  );
}

function Body({ a, b }: { a: string | null; b: string | null }) {
  if (!a || !b) {
    return (
      <EmptyState
        title="Choose two runs"
        text="Their figures, steps, answers and settings are then shown side by side. A fork and its origin make a good pair."
        command="agent-sdk runs list"
      />
    );
  }
  if (a === b) return <EmptyState title="A and B are the same run" text="Choose another one for a side." />;
  return <Comparison key={`${a} ${b}`} a={a} b={b} />;
}
