import { memo } from "react";
import { Link, useLocation } from "wouter";
import { isTerminal, type Session } from "@/api/model";
import { StatusBadge } from "@/components/Badge";
import { copyText } from "@/components/CopyButton";
import { formatCount } from "@/components/format";
import { RowMenu } from "@/components/RowMenu";
import { toast } from "@/components/toast_store";
import { RelativeTime } from "@/components/Values";
import { links } from "@/shell/routes";

export const ROW_HEIGHT_PX = 50;
export const CARD_HEIGHT_PX = 96;

export interface SessionRowProps {
  session: Session;
  index: number;
  onDelete: (id: string) => void;
}

/** A session without words is known by its id. */
export const nameOf = (session: Session) => session.title ?? session.id;

/** One that is at work cannot be deleted. */
export const isAtWork = (session: Session) => !!session.last_status && !isTerminal(session.last_status);

function SessionMenu({ session, onDelete }: SessionRowProps) {
  const [, navigate] = useLocation();
  const to = (label: string, href: string) => ({ label, onSelect: () => navigate(href) });
  const copyId = async () => {
    if (await copyText(session.id)) toast.success("Copied.");
  };
  const last = session.last_run_id;
  const items = () => [
    to("Open", links.session(session.id)),
    to("Continue", links.start({ session: session.id })),
    ...(last ? [to("Trace of its last run", links.trace(last))] : []),
    { label: "Copy the id", onSelect: () => void copyId() },
    { label: "Delete", danger: true, disabled: isAtWork(session), onSelect: () => onDelete(session.id) },
  ];
  return <RowMenu name={nameOf(session)} items={items} />;
}

function Name({ session }: { session: Session }) {
  return (
    <>
      <Link
        href={links.session(session.id)}
        title={nameOf(session)}
        className="block truncate font-medium hover:underline"
      >
        {session.title ?? "Without words"}
      </Link>
      <div className="truncate font-mono text-xs text-muted">{session.id}</div>
    </>
  );
}

function LastStatus({ session }: { session: Session }) {
  if (!session.last_status) return <span className="text-muted">no run</span>;
  return <StatusBadge status={session.last_status} />;
}

const AGENT_COLUMN = "hidden w-44 lg:table-cell";
const COUNT_COLUMN = "w-24 text-right tabular-nums";

export function SessionHead() {
  return (
    <>
      <th scope="col" className="pl-4!">
        Begins with
      </th>
      <th scope="col" className="w-32">
        Last run
      </th>
      <th scope="col" className={AGENT_COLUMN}>
        Agent
      </th>
      <th scope="col" className={COUNT_COLUMN}>
        Runs
      </th>
      <th scope="col" className={COUNT_COLUMN}>
        Messages
      </th>
      <th scope="col" className="w-32 pl-6!">
        Last used
      </th>
      <th scope="col" className="w-12">
        <span className="sr-only">Actions</span>
      </th>
    </>
  );
}

export const SessionRow = memo(function SessionRow(props: SessionRowProps) {
  const { session, index } = props;
  return (
    <tr
      aria-rowindex={index + 2}
      style={{ height: ROW_HEIGHT_PX }}
      className="bg-surface hover:bg-bg [&>td]:border-b [&>td]:border-line [&>td]:px-2"
    >
      <td className="pl-4!">
        <Name session={session} />
      </td>
      <td>
        <LastStatus session={session} />
      </td>
      <td className={AGENT_COLUMN}>
        <div className="truncate">{session.agent ?? "–"}</div>
      </td>
      <td className={COUNT_COLUMN}>{formatCount(session.run_count)}</td>
      <td className={COUNT_COLUMN}>{formatCount(session.message_count)}</td>
      <td className="pl-6!">
        <RelativeTime time={session.updated_at} />
      </td>
      <td>
        <SessionMenu {...props} />
      </td>
    </tr>
  );
});

export const SessionCard = memo(function SessionCard(props: SessionRowProps) {
  const { session } = props;
  return (
    <li
      style={{ height: CARD_HEIGHT_PX }}
      className="flex flex-col justify-center gap-1 border-b border-line bg-surface px-4"
    >
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Name session={session} />
        </div>
        <SessionMenu {...props} />
      </div>
      <div className="flex items-center gap-x-3 overflow-hidden text-xs whitespace-nowrap text-muted">
        <LastStatus session={session} />
        <span>{session.run_count === 1 ? "1 run" : `${formatCount(session.run_count)} runs`}</span>
        <span className="truncate">{session.agent}</span>
        <span className="ml-auto">
          <RelativeTime time={session.updated_at} />
        </span>
      </div>
    </li>
  );
});
