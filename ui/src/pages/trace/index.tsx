import { Unplug, X } from "lucide-react";
import { type ComponentType, lazy, type ReactNode, Suspense, useCallback, useMemo, useRef } from "react";
import { useParams } from "wouter";
import { IconButton } from "@/components/Button";
import { Sheet } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { PageHeader } from "@/components/PageHeader";
import { Skeleton } from "@/components/Skeleton";
import { Tabs } from "@/components/Tabs";
import { type RunSnapshot, useRunView } from "@/run/store";
import type { RunView } from "@/run/view";
import { useShortcuts } from "@/shell/commands";
import { useSearchParams } from "@/shell/search_params";
import { TraceHeader } from "./header";
import type { TraceTabProps } from "./tab_props";
import { useNarrow } from "./use_narrow";

const TABS: readonly { value: string; label: string; Body: ComponentType<TraceTabProps> }[] = [
  { value: "conversation", label: "Conversation", Body: lazy(() => import("./conversation")) },
  { value: "tree", label: "Tree", Body: lazy(() => import("./tree")) },
  { value: "waterfall", label: "Waterfall", Body: lazy(() => import("./waterfall")) },
  { value: "events", label: "Events", Body: lazy(() => import("./events")) },
  { value: "json", label: "JSON", Body: lazy(() => import("./json")) },
  { value: "replay", label: "Replay", Body: lazy(() => import("./replay")) },
];
const Inspector = lazy(() => import("./inspector"));

function Connection({ run }: { run: RunSnapshot }): ReactNode {
  if (run.connection === "failed" && run.view.lastSeq > 0) return <ErrorNote error={run.error} />;
  if (run.connection !== "reconnecting") return null;
  return (
    <p role="status" className="flex items-center gap-2 bg-warn-soft px-4 py-1 text-warn">
      <Unplug size={14} aria-hidden />
      The connection is lost; what is shown may be old. Trying again…
    </p>
  );
}

/** At the right where there is room, else over the page. */
function InspectorPane(props: TraceTabProps): ReactNode {
  const isNarrow = useNarrow();
  if (props.item === null) return null;
  const close = () => props.onSelect(null);
  const body = (
    <Suspense fallback={<Skeleton />}>
      <Inspector key={props.item} {...props} />
    </Suspense>
  );
  if (isNarrow) {
    return (
      <Sheet open onOpenChange={(isOpen) => isOpen || close()} title="Inspector">
        <div className="-m-4">{body}</div>
      </Sheet>
    );
  }
  return (
    <aside
      aria-label="Inspector"
      className="relative w-[22rem] shrink-0 overflow-auto border-l border-line bg-surface xl:w-[28rem]"
    >
      <div className="absolute top-2 right-2 z-10">
        <IconButton
          label="Close the inspector"
          size="sm"
          icon={<X size={14} aria-hidden />}
          onClick={close}
        />
      </div>
      {body}
    </aside>
  );
}

/** The view, the same one for as long as what the header tells of stays. */
function useHeadView({ view }: RunSnapshot): RunView {
  const { status, stopReason, usage, agent, model, steps, spans, attempt, createdAt, endedAt } = view;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the view itself changes with each piece of text
  return useMemo(
    () => view,
    [status, stopReason, usage, agent, model, steps, spans, attempt, createdAt, endedAt],
  );
}

function useTraceKeys(onTab: (tab: string) => void, onClose: () => void) {
  const shortcuts = useMemo(() => {
    const tabs = TABS.map(({ value, label }, index) => ({
      keys: String(index + 1),
      title: `Trace: ${label}`,
      run: () => onTab(value),
    }));
    return [...tabs, { keys: "Escape", title: "Trace: close the inspector", run: onClose }];
  }, [onTab, onClose]);
  useShortcuts(shortcuts);
}

export default function TracePage() {
  const { id = "" } = useParams<{ id: string }>();
  const [params, change] = useSearchParams();
  const run = useRunView(id);
  const tab = TABS.find((one) => one.value === params.get("tab"))?.value ?? "conversation";
  const at = Number(params.get("at") ?? Number.NaN);
  const onTab = useCallback((value: string) => change({ tab: value }), [change]);
  const onSelect = useCallback((item: string | null) => change({ item }), [change]);
  const onSeek = useCallback((seq: number | null) => change({ at: seq }), [change]);
  const onSeekInReplay = useCallback((seq: number) => change({ tab: "replay", at: seq }), [change]);
  const onClose = useCallback(() => change({ item: null }), [change]);
  useTraceKeys(onTab, onClose);
  const place = Number.isInteger(at) ? at : null;
  const props: TraceTabProps = { runId: id, run, item: params.get("item"), onSelect, at: place, onSeek };
  const events = useRef(run.events);
  events.current = run.events;
  const readEvents = useCallback(() => events.current, []);
  const view = useHeadView(run);
  if (run.connection === "failed" && run.view.lastSeq === 0) {
    return (
      <>
        <PageHeader title={`Run ${id}`} />
        <ErrorNote error={run.error} />
      </>
    );
  }
  const items = TABS.map(({ value, label, Body }) => ({
    value,
    label,
    content: (
      <Suspense fallback={<Skeleton />}>
        {run.view.lastSeq > 0 ? <Body {...props} /> : <Skeleton lines={6} />}
      </Suspense>
    ),
  }));
  return (
    <>
      <TraceHeader
        runId={id}
        view={view}
        item={props.item}
        canCheck={tab !== "replay"}
        readEvents={readEvents}
        onSeek={onSeekInReplay}
      />
      <Connection run={run} />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <Tabs label="Views of the run" items={items} value={tab} onValueChange={onTab} />
        </div>
        <InspectorPane {...props} />
      </div>
    </>
  );
}
