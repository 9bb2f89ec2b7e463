import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import {
  memo,
  type ReactNode,
  type RefObject,
  type UIEvent,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Button } from "@/components/Button";
import { JsonTree } from "@/components/JsonTree";
import type { MessageView, RunView } from "@/run/view";
import { KeptStates } from "./kept";
import { HandoffLine, NoticeLine } from "./Lines";
import { MessageBlock } from "./MessageBlock";
import { RunEnd } from "./RunEnd";
import { type Row, rowsOf } from "./rows";
import { ToolCard } from "./ToolCard";

export interface ConversationActions {
  /** Sends a user's message anew, as a run from before it. A failure is thrown. */
  resend?: (runId: string, message: MessageView, text: string) => Promise<void>;
  /** Makes a run again; settles when that has begun or failed, and tells of it by itself. */
  regenerate?: (runId: string) => Promise<void>;
  /** Whether this is the run as it is now, where waiting tools may be decided; true by default. */
  canDecide?: boolean;
}

export interface ConversationProps {
  view: RunView;
  /** Earlier runs of the conversation, oldest first. */
  before?: readonly RunView[];
  /** Id of the selected span (`model:…`, `tool:…`). */
  item?: string | null;
  onSelect?: (item: string) => void;
  actions?: ConversationActions;
  /** Shown where nothing was said yet. */
  empty?: ReactNode;
}

const ROW_ESTIMATE_PX = 80;
const AT_END_PX = 48;
const NO_RUNS: readonly RunView[] = [];
const NO_ACTIONS: ConversationActions = {};

type RowProps = Pick<ConversationProps, "onSelect"> & {
  row: Row;
  isSelected: boolean;
  actions: ConversationActions;
};

const RowView = memo(function RowView({ row, isSelected, onSelect, actions }: RowProps) {
  switch (row.kind) {
    case "message": {
      const { resend } = actions;
      const { runId } = row;
      const onResend =
        resend && runId ? (message: MessageView, text: string) => resend(runId, message, text) : undefined;
      return (
        <MessageBlock message={row.message} isSelected={isSelected} onSelect={onSelect} onResend={onResend} />
      );
    }
    case "tool":
      return (
        <ToolCard
          tool={row.tool}
          isSelected={isSelected}
          canDecide={actions.canDecide ?? true}
          {...(onSelect ? { onSelect } : {})}
        />
      );
    case "notice":
      return <NoticeLine notice={row.notice} />;
    case "handoff":
      return <HandoffLine handoff={row.handoff} />;
    case "output":
      return (
        <section className="rounded-md border border-line bg-surface p-2.5">
          <p className="mb-1 text-xs font-medium text-muted">Output</p>
          <JsonTree value={row.output} label="Output of the run" />
        </section>
      );
    case "end":
      return <RunEnd view={row.view} onRegenerate={actions.regenerate} />;
  }
}, isSameRow);

/** Rows are made anew with each view; what they show is shared as long as it is the same. */
function isSameRow(a: RowProps, b: RowProps): boolean {
  return (
    a.isSelected === b.isSelected &&
    a.onSelect === b.onSelect &&
    a.actions === b.actions &&
    contentOf(a.row) === contentOf(b.row)
  );
}

function contentOf(row: Row): unknown {
  switch (row.kind) {
    case "message":
      return row.message;
    case "tool":
      return row.tool;
    case "notice":
      return row.notice;
    case "handoff":
      return row.handoff;
    case "output":
      return row.output;
    case "end":
      return row.view;
  }
}

/** Brings a newly selected row into view; rows that come later do not move what is read. */
function useSelection(
  rows: readonly Row[],
  item: string | null,
  list: Virtualizer<HTMLElement, Element>,
): number {
  const selected = item === null ? -1 : rows.findIndex((row) => row.key.endsWith(`/${item}`));
  const broughtUp = useRef<string | null>(null);
  useEffect(() => {
    if (selected < 0 || broughtUp.current === item) return;
    broughtUp.current = item;
    list.scrollToIndex(selected, { align: "auto" });
  }, [item, selected, list]);
  return selected;
}

/** Whether the end is in view. It is where a conversation opens, unless something else in it was asked for. */
function useEnd(
  box: RefObject<HTMLElement | null>,
  opensAtEnd: boolean,
  list: Virtualizer<HTMLElement, Element>,
) {
  const [isAtEnd, setAtEnd] = useState(opensAtEnd);
  const height = list.getTotalSize();
  // Rows are taller or shorter than they were thought to be: what shows the end goes on to show it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the height moves the end
  useLayoutEffect(() => {
    if (!box.current) return;
    const isNear = isNearEnd(box.current);
    if (isAtEnd && !isNear) list.scrollToEnd();
    if (!isAtEnd && isNear) setAtEnd(true);
  }, [height, isAtEnd, list]);
  const seen = useRef({ scrollTop: 0, scrollHeight: 0 });
  const watch = ({ currentTarget: element }: UIEvent<HTMLElement>) => {
    const { scrollTop, scrollHeight } = element;
    const isNear = isNearEnd(element);
    // Only a reader goes up where nothing has become shorter.
    const isReader = scrollHeight >= seen.current.scrollHeight && scrollTop < seen.current.scrollTop;
    seen.current = { scrollTop, scrollHeight };
    if (isNear || isReader) setAtEnd(isNear);
    else if (isAtEnd) list.scrollToEnd();
  };
  return { isAtEnd, watch };
}

const isNearEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement) =>
  scrollHeight - scrollTop - clientHeight <= AT_END_PX;

/** A conversation that stays at its end while it grows, until somebody scrolls up. Give it a height. */
export function Conversation(props: ConversationProps) {
  const { view, before = NO_RUNS, item = null, onSelect, actions = NO_ACTIONS, empty } = props;
  const box = useRef<HTMLElement>(null);
  const [states] = useState(() => new Map<string, unknown>());
  const earlier = useMemo(() => before.flatMap(rowsOf), [before]);
  const rows = useMemo(() => [...earlier, ...rowsOf(view)], [earlier, view]);
  const list = useVirtualizer<HTMLElement, Element>({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_ESTIMATE_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 6,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
  });
  const selected = useSelection(rows, item, list);
  const { isAtEnd, watch } = useEnd(box, item === null, list);
  return (
    <KeptStates.Provider value={states}>
      <div className="relative flex min-h-0 flex-1 flex-col">
        <section
          ref={box}
          onScroll={watch}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label="Conversation"
          className="min-h-0 flex-1 overflow-y-auto px-4 py-4 [overflow-anchor:none]"
        >
          <h2 className="sr-only">Conversation</h2>
          {rows.length === 0 && empty}
          <ol className="relative mx-auto w-full max-w-3xl" style={{ height: list.getTotalSize() }}>
            {list.getVirtualItems().map(({ key, index, start }) => (
              <li
                key={key}
                data-index={index}
                ref={list.measureElement}
                className="absolute top-0 left-0 w-full pb-3"
                style={{ transform: `translateY(${start}px)` }}
              >
                <RowView
                  row={rows[index] as Row}
                  isSelected={index === selected}
                  actions={actions}
                  {...(onSelect ? { onSelect } : {})}
                />
              </li>
            ))}
          </ol>
        </section>
        {!isAtEnd && rows.length > 0 && <Jump onJump={() => list.scrollToEnd()} />}
      </div>
    </KeptStates.Provider>
  );
}

function Jump({ onJump }: { onJump: () => void }) {
  return (
    <Button
      size="sm"
      icon={<ArrowDown size={14} aria-hidden />}
      onClick={onJump}
      className="absolute bottom-2 left-1/2 -translate-x-1/2 shadow-md"
    >
      Jump to the latest
    </Button>
  );
}
