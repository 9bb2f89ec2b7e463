import {
  Ban,
  Download,
  Ellipsis,
  FileJson,
  GitCompareArrows,
  GitFork,
  MessagesSquare,
  Pause,
  Play,
  RefreshCw,
  Trash2,
} from "lucide-react";
import { memo, useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import type { RunEvent } from "@/api/events";
import { isTerminal } from "@/api/model";
import { useRun } from "@/api/queries";
import { StatusBadge } from "@/components/Badge";
import { Button, IconButton } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { Menu, type MenuItem } from "@/components/Menu";
import { PageHeader } from "@/components/PageHeader";
import { RequestSnippet } from "@/components/RequestSnippet";
import { Cost, Duration, RelativeTime, Tokens } from "@/components/Values";
import type { RunView } from "@/run/view";
import { useCommands } from "@/shell/commands";
import { links } from "@/shell/routes";
import { downloadJson, downloadJsonLines } from "./download";
import { parseAddress } from "./outline";
import { ForkDialog } from "./replay_fork";
import { useVerdict } from "./replay_verdict";
import type { TraceTabProps } from "./tab_props";
import { useActions, useErase } from "./use_actions";
import { useNow } from "./use_now";

const ICON = { size: 14, "aria-hidden": true } as const;

function Dot() {
  return <span aria-hidden>·</span>;
}

interface TraceHeaderProps extends Pick<TraceTabProps, "runId" | "item"> {
  view: RunView;
  /** Off where the tab below checks the run itself. */
  canCheck: boolean;
  /** Shows the run as it was at an event. */
  onSeek: (seq: number) => void;
  /** The journal so far. */
  readEvents: () => readonly RunEvent[];
}

/** Figures of the run in one line. */
function Figures({ view }: { view: RunView }) {
  const now = useNow(view);
  const { agent, model, createdAt, usage, sessionId, parentRunId, attempt } = view;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      {agent && (
        <Link href={links.agent(agent)} className="text-accent hover:underline">
          {agent}
        </Link>
      )}
      <span>{model}</span>
      <Dot />
      <RelativeTime time={createdAt} />
      <Dot />
      <Duration ms={createdAt === null ? null : Math.round(now - createdAt)} />
      <Dot />
      <Tokens usage={usage} />
      <Dot />
      <Cost usd={usage.cost_usd} />
      {attempt > 1 && (
        <>
          <Dot />
          <span>attempt {attempt}</span>
        </>
      )}
      {sessionId && (
        <Link href={links.session(sessionId)} className="text-accent hover:underline">
          session
        </Link>
      )}
      {parentRunId && (
        <Link href={links.trace(parentRunId)} className="text-accent hover:underline">
          parent run
        </Link>
      )}
    </span>
  );
}

/** Where a fork cuts by itself: behind the step of what is selected, else behind the last one that ended. */
function forkStep({ spans, steps }: RunView, item: string | null): number | null {
  const { runId, spanId } = parseAddress(item ?? "");
  const span = runId === null ? spans.find((one) => one.id === spanId) : undefined;
  const ended = steps.filter((step) => step.state === "ok");
  return (ended.find((step) => step.number === span?.step) ?? ended.at(-1))?.number ?? null;
}

/** `seq` of the border behind a step. */
function borderOf(events: readonly RunEvent[], step: number): number {
  return events.find((event) => event.type === "step.completed" && event.step === step)?.seq ?? 1;
}

function useMenu({ runId, view, item, readEvents }: TraceHeaderProps, fork: (seq: number) => void) {
  const [, navigate] = useLocation();
  const { data: record } = useRun(runId);
  const erase = useErase(runId);
  const hasEnded = isTerminal(view.status);
  const step = forkStep(view, item);
  const items: MenuItem[] = [
    {
      label: step === null ? "Fork…" : `Fork after step ${step}…`,
      icon: <GitFork {...ICON} />,
      disabled: step === null,
      onSelect: () => step !== null && fork(borderOf(readEvents(), step)),
    },
    {
      label: "Run again, perhaps with another input…",
      icon: <RefreshCw {...ICON} />,
      onSelect: () => fork(1),
    },
    {
      label: "Compare with…",
      icon: <GitCompareArrows {...ICON} />,
      onSelect: () => navigate(`/console/compare?${new URLSearchParams({ a: runId })}`),
    },
    {
      label: "Download as JSON",
      icon: <FileJson {...ICON} />,
      onSelect: () => downloadJson(record, runId, readEvents()),
    },
    {
      label: "Download events as JSONL",
      icon: <Download {...ICON} />,
      onSelect: () => downloadJsonLines(runId, readEvents()),
    },
    {
      label: hasEnded ? "Delete" : "Delete (once it has ended)",
      icon: <Trash2 {...ICON} />,
      danger: true,
      disabled: !hasEnded,
      onSelect: erase,
    },
  ];
  return items;
}

function Controls({ runId, view }: { runId: string; view: RunView }) {
  const actions = useActions(runId, view);
  return (
    <>
      {actions.canPause && (
        <Button size="sm" icon={<Pause {...ICON} />} busy={actions.isBusy} onClick={actions.pause}>
          Pause
        </Button>
      )}
      {actions.canResume && (
        <Button size="sm" icon={<Play {...ICON} />} busy={actions.isBusy} onClick={actions.resume}>
          Resume
        </Button>
      )}
      {actions.canCancel && (
        <Button
          size="sm"
          variant="danger"
          icon={<Ban {...ICON} />}
          busy={actions.isBusy}
          onClick={actions.cancel}
        >
          Cancel
        </Button>
      )}
    </>
  );
}

function useMenuCommands(items: readonly MenuItem[]) {
  const names = items.map((item) => `${item.label}:${item.disabled ?? false}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: a live run makes the same items anew all the time
  const commands = useMemo(() => {
    const enabled = items.filter((item) => !item.disabled);
    return enabled.map(({ label, onSelect }) => ({
      id: `trace-${label}`,
      title: `This run: ${label}`,
      run: onSelect,
    }));
  }, [names]);
  useCommands(commands);
}

/** Drawn anew when what it tells of changes, and not for each piece of text that streams in. */
export const TraceHeader = memo(function TraceHeader(props: TraceHeaderProps) {
  const { runId, view, readEvents, canCheck, onSeek } = props;
  const [forkAt, setForkAt] = useState<number | null>(null);
  const { button, verdict } = useVerdict(runId, isTerminal(view.status), onSeek);
  const items = useMenu(props, setForkAt);
  useMenuCommands(items);
  const [, navigate] = useLocation();
  const heading = (
    <span className="flex items-center gap-2">
      <span className="truncate font-mono text-sm">{runId}</span>
      <CopyButton text={runId} label="Copy the id" />
      {view.lastSeq > 0 && <StatusBadge status={view.status} stopReason={view.stopReason} />}
    </span>
  );
  const actions = (
    <>
      <Controls runId={runId} view={view} />
      <Button
        size="sm"
        icon={<MessagesSquare {...ICON} />}
        onClick={() => navigate(links.start({ run: runId }))}
      >
        Open in Run
      </Button>
      {canCheck && button}
      <RequestSnippet request={{ method: "GET", path: `/v1/runs/${encodeURIComponent(runId)}` }} />
      <Menu
        trigger={<IconButton label="More actions" size="sm" icon={<Ellipsis size={16} aria-hidden />} />}
        items={items}
      />
    </>
  );
  return (
    <>
      <PageHeader
        title={`Run ${runId}`}
        heading={heading}
        subtitle={view.lastSeq > 0 ? <Figures view={view} /> : undefined}
        actions={actions}
      />
      {canCheck && verdict && <div className="border-b border-line bg-surface px-4 py-2">{verdict}</div>}
      {forkAt !== null && (
        <ForkDialog runId={runId} events={readEvents()} seq={forkAt} onClose={() => setForkAt(null)} />
      )}
    </>
  );
});
