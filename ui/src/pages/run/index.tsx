import { Activity, SquarePen } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef } from "react";
import { Link } from "wouter";
import { isTerminal } from "@/api/model";
import { useRun, useSession } from "@/api/queries";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { PageHeader } from "@/components/PageHeader";
import { Skeleton } from "@/components/Skeleton";
import { toast } from "@/components/toast_store";
import type { ConversationActions } from "@/conversation";
import { useRunView } from "@/run/store";
import { useCommands, useShortcuts } from "@/shell/commands";
import { links } from "@/shell/routes";
import { useSearchParams } from "@/shell/search_params";
import { Announcer } from "./Announcer";
import { Composer } from "./Composer";
import { ConnectionNotice } from "./ConnectionNotice";
import { useChoice } from "./choice";
import { Pickers } from "./Pickers";
import { RunControls } from "./RunControls";
import { Start } from "./Start";
import { requestOf, type Target, useSending } from "./sending";
import { WaitingInputs } from "./WaitingInputs";

// What shows a conversation is loaded beside the page that begins one.
const loadThread = () => import("./ThreadView");
const ThreadView = lazy(async () => ({ default: (await loadThread()).ThreadView }));

/** The run, session, agent and model of the address, and what is known of them. */
function useTarget() {
  const [params] = useSearchParams();
  const runId = params.get("run");
  const run = useRunView(runId);
  const facts = useRun(runId);
  const { view } = run;
  const sessionId = view.sessionId ?? facts.data?.session_id ?? (runId ? null : params.get("session"));
  const session = useSession(runId ? null : sessionId);
  const choice = useChoice(facts.data?.agent ?? session.data?.agent ?? null);
  const status = view.lastSeq > 0 ? view.status : (facts.data?.status ?? null);
  const { model } = choice;
  const target: Target = { runId, sessionId, status, view, agent: choice.agent?.name, model };
  const error = run.error && run.connection === "failed" ? run.error : session.error;
  return { target, choice, connection: run.connection, error };
}

/** Functions whose latest version is called, under a name that never changes: rows are memoised by it. */
function useActions(sending: ReturnType<typeof useSending>): ConversationActions {
  const latest = useRef(sending);
  useEffect(() => {
    latest.current = sending;
  });
  return useMemo(
    () => ({
      resend: (runId, message, text) => latest.current.resend(runId, message, text),
      regenerate: (runId) => latest.current.regenerate(runId).catch((error) => toast.error(error)),
    }),
    [],
  );
}

function placeholderOf({ runId, sessionId, status }: Target): string {
  if (runId === null) return sessionId === null ? "Ask something" : "Go on with the conversation";
  if (status === null) return "";
  return isTerminal(status) ? "Go on with the conversation" : "Say more; the agent reads it at its next step";
}

function usePageKeys(focus: () => void, begin: () => void): void {
  const shortcuts = useMemo(
    () => [
      { keys: "/", title: "Write a message", run: focus },
      { keys: "n", title: "New conversation", run: begin },
    ],
    [focus, begin],
  );
  const commands = useMemo(
    () => [{ id: "run-new", title: "New conversation", keywords: "chat clear", run: begin }],
    [begin],
  );
  useShortcuts(shortcuts);
  useCommands(commands);
}

export default function RunPage() {
  const [, change] = useSearchParams();
  const { target, choice, connection, error } = useTarget();
  const { runId, sessionId, status, view } = target;
  const sending = useSending(target);
  const actions = useActions(sending);
  const textRef = useRef<HTMLTextAreaElement>(null);
  const focus = useCallback(() => textRef.current?.focus(), []);
  const begin = useCallback(() => {
    change({ run: null, session: null }, { replace: false });
    focus();
  }, [change, focus]);
  const goTo = useCallback(
    (id: string, replace: boolean) => change({ run: id, session: null }, { replace }),
    [change],
  );
  usePageKeys(focus, begin);
  useEffect(() => {
    // Only ahead of time: where it fails, the conversation itself tells of it.
    loadThread().catch(() => undefined);
  }, []);
  const isAtWork = runId !== null && status !== null && !isTerminal(status);

  return (
    <>
      <Header choice={choice} runId={runId} onNew={begin} />
      {runId && <ConnectionNotice key={runId} connection={connection} />}
      {runId && <Announcer key={`say:${runId}`} view={view} isFresh={sending.isFresh(runId)} />}
      <Body
        {...{
          target,
          choice,
          error,
          actions,
          seen: sending.seen,
          onRun: goTo,
          onChosen: focus,
          onNew: begin,
        }}
      />
      <div className="shrink-0 border-t border-line bg-bg px-4 py-3">
        {isAtWork && <RunControls key={runId} runId={runId} status={status} view={view} />}
        <WaitingInputs waiting={sending.waiting} view={view} />
        <Composer
          textRef={textRef}
          placeholder={placeholderOf(target)}
          disabled={!choice.agent || (runId !== null && sessionId === null)}
          onSend={sending.send}
          requestOf={(input) => requestOf(target, input)}
        />
      </div>
    </>
  );
}

function Header({ choice, runId, onNew }: Pick<BodyProps, "choice" | "onNew"> & { runId: string | null }) {
  return (
    <PageHeader
      title="Run"
      actions={
        <>
          <Pickers choice={choice} />
          {runId && (
            <Link
              href={links.trace(runId)}
              className="inline-flex h-8 items-center gap-1.5 rounded-md border border-line bg-surface px-3 font-medium hover:bg-raised"
            >
              <Activity size={14} aria-hidden /> Trace
            </Link>
          )}
          <Button icon={<SquarePen size={14} aria-hidden />} onClick={onNew}>
            New
          </Button>
        </>
      }
    />
  );
}

interface BodyProps {
  target: Target;
  choice: ReturnType<typeof useChoice>;
  error: unknown;
  actions: ConversationActions;
  seen: ReturnType<typeof useSending>["seen"];
  onRun: (runId: string, replace: boolean) => void;
  onChosen: () => void;
  onNew: () => void;
}

function Body({ target, choice, error, actions, seen, onRun, onChosen, onNew }: BodyProps) {
  const { runId, sessionId, view } = target;
  if (error) {
    return (
      <div className="min-h-0 flex-1 overflow-auto">
        <ErrorNote error={error} onRetry={() => window.location.reload()} />
        <p className="px-4">
          <Button onClick={onNew}>New conversation</Button>
        </p>
      </div>
    );
  }
  const loading = <Skeleton lines={6} className="flex-1" />;
  if (sessionId !== null) {
    return (
      <Suspense fallback={loading}>
        <ThreadView {...{ sessionId, runId, view, seen, actions, onRun }} />
      </Suspense>
    );
  }
  if (runId !== null) return loading;
  if (choice.error) return <ErrorNote error={choice.error} />;
  if (!choice.isPending && choice.agents.length === 0) {
    return (
      <div className="flex-1">
        <EmptyState
          title="This server has no agent"
          text="Start it with one of your own; the presets come with every server that is not told otherwise."
          command="agent-sdk server --agent my_module:agent"
        />
      </div>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-auto px-4">
      <Start agent={choice.agent} onChosen={onChosen} />
    </div>
  );
}
