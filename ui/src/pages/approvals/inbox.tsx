import { useEffect, useMemo, useState } from "react";
import type { Approval } from "@/api/model";
import { type useApprovals, useTools } from "@/api/queries";
import { Button } from "@/components/Button";
import { cx } from "@/components/classes";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import { VirtualList } from "@/components/VirtualList";
import { type Decision, useDecide } from "./decide";
import { DenyDialog } from "./deny_dialog";
import { ApprovalDetail } from "./detail";
import { EditDialog } from "./edit_dialog";
import { useGone } from "./gone";
import { Row } from "./row";
import { neighbour, type Selection, useInboxKeys, useSelection } from "./selection";

const ROW_PX = 54;

interface InboxProps {
  pending: ReturnType<typeof useApprovals>;
}

export function Inbox({ pending }: InboxProps) {
  if (pending.isPending) return <Skeleton lines={6} />;
  if (pending.error && pending.rows.length === 0) {
    return <ErrorNote error={pending.error} onRetry={() => void pending.refetch()} />;
  }
  return <Waiting pending={pending} />;
}

function List({ pending, rows, selection }: InboxProps & { rows: Approval[]; selection: Selection }) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pending;
  return (
    <VirtualList
      label="Waiting approvals"
      items={rows}
      keyOf={(row) => row.id}
      estimate={ROW_PX}
      scrollTo={selection.index}
      onEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
      className={cx(
        "w-full border-r border-line bg-surface md:block md:w-80 md:shrink-0",
        selection.item !== null && "hidden",
      )}
    >
      {(row) => (
        <Row
          approval={row}
          isChosen={row.id === selection.current}
          onChoose={() => selection.select(row.id)}
        />
      )}
    </VirtualList>
  );
}

function NothingWaits() {
  return (
    <EmptyState
      title="Nothing waits"
      text="A call of a tool that needs approval pauses its run and comes here by itself; so does one that asks for it while it runs."
      command='@tool(effects="external", needs_approval=True)'
    />
  );
}

type OpenDialog = { kind: "deny" | "edit"; of: Approval } | null;

function Waiting({ pending }: InboxProps) {
  const tools = useTools();
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const { decide, decided, isBusy } = useDecide();
  // What was decided here is gone at once; the list of the server follows.
  const rows = useMemo(() => pending.rows.filter((row) => !decided.has(row.id)), [pending.rows, decided]);
  const selection = useSelection(rows, decided);
  const { chosen, current, item, select } = selection;
  const gone = useGone(current, rows, decided);
  const settle = async (of: Approval, decision: Decision, refused?: Parameters<typeof decide>[2]) => {
    const next = neighbour(rows, of.id);
    const isOver = await decide(of, decision, refused);
    if (isOver) select(next);
    return isOver;
  };
  const actions = {
    onApprove: () => chosen && void settle(chosen, { decision: "approve" }),
    onDeny: () => chosen && setDialog({ kind: "deny", of: chosen }),
    onEdit: () => chosen && setDialog({ kind: "edit", of: chosen }),
  };
  useInboxKeys(rows, selection, actions, isBusy);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pending;
  // The one that the address names may be further down.
  const isMore = rows.length === 0 || (item !== null && !chosen && !decided.has(item));
  useEffect(() => {
    if (isMore && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isMore, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const toolOf = (name: string) => tools.data?.data.find((tool) => tool.name === name) ?? null;
  const asked = dialog && { approval: dialog.of, settle, onClose: () => setDialog(null) };
  return (
    <div className="flex h-full min-h-0">
      {rows.length > 0 && <List pending={pending} rows={rows} selection={selection} />}
      <div
        className={cx("min-w-0 flex-1 overflow-auto md:block", item === null && rows.length > 0 && "hidden")}
      >
        {gone}
        {chosen && (
          <ApprovalDetail
            key={chosen.id}
            approval={chosen}
            tool={toolOf(chosen.tool)}
            siblings={rows.filter((row) => row.root_run_id === chosen.root_run_id).length - 1}
            isBusy={isBusy}
            onBack={() => select(null)}
            {...actions}
          />
        )}
        {rows.length === 0 && <NothingWaits />}
        {!chosen && rows[0] && (
          <EmptyState
            title="None is chosen"
            text="Choose one of the list, or press j."
            action={<Button onClick={() => select(rows[0]?.id ?? null)}>Show the first</Button>}
          />
        )}
      </div>
      {asked && dialog.kind === "deny" && <DenyDialog {...asked} />}
      {asked && dialog.kind === "edit" && <EditDialog {...asked} tool={toolOf(dialog.of.tool)} />}
    </div>
  );
}
