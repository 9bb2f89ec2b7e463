import { MessageSquarePlus, Trash2 } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { useLocation, useParams } from "wouter";
import { addressOf } from "@/api/client";
import type { Session } from "@/api/model";
import { useSession } from "@/api/queries";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { useHidden } from "@/components/deletion";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { formatCount } from "@/components/format";
import { PageHeader } from "@/components/PageHeader";
import { RequestSnippet } from "@/components/RequestSnippet";
import { Skeleton } from "@/components/Skeleton";
import { Tabs } from "@/components/Tabs";
import { RelativeTime } from "@/components/Values";
import { RunList } from "@/pages/runs/list";
import { useDeleteSessionWithUndo } from "@/pages/sessions/deletion";
import { isAtWork, nameOf } from "@/pages/sessions/row";
import { links } from "@/shell/routes";
import { useSearchParams } from "@/shell/search_params";

// A chunk of its own: reading messages needs far more than listing runs.
const Messages = lazy(() => import("./messages"));

function Subtitle({ session }: { session: Session }) {
  return (
    <p className="flex flex-wrap items-center gap-x-3">
      <span className="inline-flex min-w-0 items-center gap-1">
        <code className="min-w-0 font-mono break-all">{session.id}</code>
        <CopyButton text={session.id} label="Copy the id" />
      </span>
      {session.agent && <span>{session.agent}</span>}
      <span>{formatCount(session.run_count)} runs</span>
      <span>{formatCount(session.message_count)} messages</span>
      <span>
        last used <RelativeTime time={session.updated_at} />
      </span>
    </p>
  );
}

function Actions({ session }: { session: Session }) {
  const [, navigate] = useLocation();
  const erase = useDeleteSessionWithUndo();
  const path = addressOf("/v1/sessions/{session_id}/messages", { path: { session_id: session.id } });
  const remove = () => {
    erase(session.id, () => navigate(links.session(session.id)));
    navigate(links.sessions);
  };
  return (
    <>
      <RequestSnippet request={{ method: "GET", path }} />
      <Button
        size="sm"
        variant="danger"
        icon={<Trash2 size={14} aria-hidden />}
        disabled={isAtWork(session)}
        title={isAtWork(session) ? "Its last run has not ended yet" : "Delete the session and its runs"}
        onClick={remove}
      >
        Delete
      </Button>
      <Button
        size="sm"
        variant="primary"
        icon={<MessageSquarePlus size={14} aria-hidden />}
        onClick={() => navigate(links.start({ session: session.id }))}
      >
        Continue
      </Button>
    </>
  );
}

function SessionView({ session }: { session: Session }) {
  const [params, change] = useSearchParams();
  const filters = useMemo(() => ({ session_id: session.id }), [session.id]);
  const noRun = <EmptyState title="No run" text="The runs of this session were deleted." />;
  const items = [
    {
      value: "messages",
      label: "Messages",
      content: (
        <Suspense fallback={<Skeleton lines={8} />}>
          <Messages sessionId={session.id} />
        </Suspense>
      ),
    },
    {
      value: "runs",
      label: "Runs",
      content: (
        <div className="flex h-full flex-col">
          <RunList filters={filters} empty={noRun} />
        </div>
      ),
    },
  ];
  const tab = params.get("tab") === "runs" ? "runs" : "messages";
  return (
    <>
      <PageHeader
        title={nameOf(session)}
        subtitle={<Subtitle session={session} />}
        actions={<Actions session={session} />}
      />
      <Tabs
        label="Session"
        items={items}
        value={tab}
        onValueChange={(value) => change({ tab: value === "runs" ? value : null })}
      />
    </>
  );
}

export default function SessionPage() {
  const { id = "" } = useParams<{ id: string }>();
  const session = useSession(id);
  const isHidden = useHidden().has(id);
  if (session.data && !isHidden) return <SessionView session={session.data} />;
  return (
    <>
      <PageHeader title="Session" subtitle={<code className="font-mono break-all">{id}</code>} />
      {isHidden && <EmptyState title="Deleted" text="This session is deleted." />}
      {!isHidden && session.error && (
        <ErrorNote error={session.error} onRetry={() => void session.refetch()} />
      )}
      {!isHidden && session.isPending && <Skeleton lines={6} />}
    </>
  );
}
