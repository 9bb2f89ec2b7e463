import { type ReactNode, useCallback, useMemo } from "react";
import { useLocation } from "wouter";
import { addressOf } from "@/api/client";
import { type SessionFilters, useSessions } from "@/api/queries";
import { AgentSelect } from "@/components/AgentSelect";
import { Button } from "@/components/Button";
import { useHidden } from "@/components/deletion";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { ListEnd } from "@/components/ListEnd";
import { useIsWide } from "@/components/media";
import { PageHeader } from "@/components/PageHeader";
import { RequestSnippet } from "@/components/RequestSnippet";
import { useRowWindow } from "@/components/row_window";
import { SearchInput } from "@/components/SearchInput";
import { Skeleton } from "@/components/Skeleton";
import { TABLE_HEAD_HEIGHT_PX, VirtualTable } from "@/components/VirtualTable";
import { links } from "@/shell/routes";
import { useSearchParams } from "@/shell/search_params";
import { useDeleteSessionWithUndo } from "./deletion";
import { CARD_HEIGHT_PX, ROW_HEIGHT_PX, SessionCard, SessionHead, SessionRow } from "./row";

function SessionList({ filters, empty }: { filters: SessionFilters; empty: ReactNode }) {
  const pages = useSessions(filters);
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = pages;
  const hidden = useHidden();
  const sessions = pages.rows.filter((session) => !hidden.has(session.id));
  const isWide = useIsWide();
  const onDelete = useDeleteSessionWithUndo();
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const rows = useRowWindow({
    items: sessions,
    rowHeight: isWide ? ROW_HEIGHT_PX : CARD_HEIGHT_PX,
    headHeight: isWide ? TABLE_HEAD_HEIGHT_PX : 0,
    onEnd: loadMore,
  });
  if (pages.isPending) return <Skeleton lines={8} />;
  if (pages.isError && sessions.length === 0) {
    return <ErrorNote error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (sessions.length === 0 && !hasNextPage) return empty;
  return (
    <VirtualTable
      label="Sessions"
      rows={rows}
      total={hasNextPage ? -1 : sessions.length}
      head={<SessionHead />}
      row={(session, index) => (
        <SessionRow key={session.id} session={session} index={index} onDelete={onDelete} />
      )}
      card={(session, index) => (
        <SessionCard key={session.id} session={session} index={index} onDelete={onDelete} />
      )}
      end={<ListEnd pages={pages} />}
    />
  );
}

export default function SessionsPage() {
  const [, navigate] = useLocation();
  const [params, change] = useSearchParams();
  const q = params.get("q") ?? "";
  const agent = params.get("agent") ?? "";
  const filters = useMemo(() => ({ q: q || undefined, agent: agent || undefined }), [q, agent]);
  const search = useCallback((words: string) => change({ q: words }), [change]);
  const clear = () => change({ q: null, agent: null });
  const empty =
    q || agent ? (
      <EmptyState
        title="Nothing matches"
        text="No session has all of these words and this agent."
        action={<Button onClick={clear}>Clear search and filters</Button>}
      />
    ) : (
      <EmptyState
        title="No session yet"
        text="Each run belongs to a session. The first message begins one."
        action={
          <Button variant="primary" onClick={() => navigate(links.home)}>
            Start a run
          </Button>
        }
      />
    );
  const request = { method: "GET", path: addressOf("/v1/sessions", { query: { ...filters } }) } as const;
  return (
    <>
      <PageHeader title="Sessions" actions={<RequestSnippet request={request} />} />
      <search
        aria-label="Sessions"
        className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2"
      >
        <SearchInput
          label="Search sessions"
          placeholder="Words of its runs, or an id"
          value={q}
          onValueChange={search}
        />
        <AgentSelect value={agent} onValueChange={(name) => change({ agent: name })} />
        {(q || agent) && (
          <Button variant="ghost" onClick={clear}>
            Clear
          </Button>
        )}
      </search>
      <SessionList filters={filters} empty={empty} />
    </>
  );
}
