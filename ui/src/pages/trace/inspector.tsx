import type { RunEvent } from "@/api/events";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import type { RunView } from "@/run/view";
import { useSearchParams } from "@/shell/search_params";
import { InspectModel } from "./inspect_model";
import { InspectChild, InspectHandoff, InspectIdle, InspectRun, InspectStep } from "./inspect_run";
import { ApprovalFacts, InspectTool } from "./inspect_tool";
import { useJournals } from "./journals";
import { KINDS, KindIcon, StateIcon } from "./kinds";
import { addressOf, type Item, itemsOf, parseAddress } from "./outline";
import type { TraceTabProps } from "./tab_props";

interface BodyProps {
  view: RunView;
  events: readonly RunEvent[];
  item: Item;
  /** Selects another item of the same run. */
  onSelect: (spanId: string) => void;
}

function Body({ view, events, item, onSelect }: BodyProps) {
  const ref = item.ref ?? "";
  switch (item.kind) {
    case "run":
      return <InspectRun view={view} events={events} />;
    case "step":
      return <InspectStep view={view} item={item} onSelect={onSelect} />;
    case "model":
      return <InspectModel view={view} span={{ ...item, kind: "model" }} />;
    case "tool":
      return <InspectTool view={view} events={events} id={ref} onSelect={onSelect} />;
    case "approval": {
      const approval = view.tools[ref]?.approval;
      return (
        <div className="px-4 pb-3">
          {approval && <ApprovalFacts approval={approval} />}
          <button
            type="button"
            className="mt-2 block text-accent underline"
            onClick={() => onSelect(`tool:${ref}`)}
          >
            The call that it is about
          </button>
        </div>
      );
    }
    case "subagent":
      return <InspectChild view={view} runId={ref} />;
    case "handoff":
      return <InspectHandoff view={view} toolCallId={ref} />;
    default:
      return <InspectIdle view={view} item={{ ...item, kind: item.kind }} />;
  }
}

/** All about the selected item, be it the run's own or in one of its child runs. */
export default function Inspector({ run, item: address, onSelect }: TraceTabProps) {
  const { runId, spanId } = parseAddress(address ?? "");
  const { byRun, error } = useJournals(runId === null ? [] : [runId]);
  const [, change] = useSearchParams();
  const journal = runId === null ? run : byRun.get(runId);
  if (!journal) return error ? <ErrorNote error={error} /> : <Skeleton lines={6} />;
  const { view, events } = journal;
  const item = itemsOf(view).find((one) => one.id === spanId);
  if (!item) return <p className="p-4 text-muted">Nothing in this run is called {spanId}.</p>;
  return (
    <div className="pt-3 text-[0.8125rem]">
      <div className="flex items-center gap-2 px-4 pb-2 min-[900px]:pr-12">
        <KindIcon kind={item.kind} />
        <h2 className="min-w-0 flex-1 truncate font-semibold" title={item.label}>
          {item.label}
        </h2>
        <span aria-hidden className="text-xs text-muted">
          {KINDS[item.kind].label}
        </span>
        <StateIcon state={item.state} />
      </div>
      <Body view={view} events={events} item={item} onSelect={(id) => onSelect(addressOf(runId, id))} />
      {runId === null && (
        <div className="border-t border-line px-4 py-3">
          <Button size="sm" onClick={() => change({ tab: "events", at: item.seq })}>
            Show its first event
          </Button>
        </div>
      )}
    </div>
  );
}
