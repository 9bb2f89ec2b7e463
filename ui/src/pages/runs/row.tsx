import { memo, type RefObject, useEffect, useRef } from "react";
import { Link } from "wouter";
import { isTerminal, type Run } from "@/api/model";
import { StatusBadge } from "@/components/Badge";
import { cx } from "@/components/classes";
import { Cost, RelativeTime, Tokens } from "@/components/Values";
import { links } from "@/shell/routes";
import type { RunAction } from "./actions";
import { Calls, excerptOf, outcomeOf, RunDuration } from "./cells";
import { RunMenu } from "./row_menu";

export const ROW_HEIGHT_PX = 50;
export const CARD_HEIGHT_PX = 112;

export interface RowProps {
  run: Run;
  index: number;
  isChosen: boolean;
  /** Where the keyboard is. */
  isCursor: boolean;
  /** Id of the row that shall take the focus as soon as it is there. */
  focusWanted: RefObject<string | null>;
  onToggle: (id: string, isRange: boolean) => void;
  onAction: (action: RunAction, runs: readonly Run[]) => void;
  onFocus: (id: string) => void;
}

/** Opens the trace; takes the focus when the keyboard comes to its row. */
function RunLink({ run, isCursor, focusWanted, onFocus }: RowProps) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (!isCursor || focusWanted.current !== run.id) return;
    focusWanted.current = null;
    link.current?.focus({ preventScroll: true });
  });
  const said = excerptOf(run.input);
  return (
    <Link
      ref={link}
      href={links.trace(run.id)}
      title={said}
      onFocus={() => onFocus(run.id)}
      className="block truncate font-medium hover:underline"
    >
      {said || <span className="font-mono text-xs">{run.id}</span>}
    </Link>
  );
}

function Outcome({ run }: { run: Run }) {
  const text = outcomeOf(run) || (isTerminal(run.status) ? "no answer" : "no answer yet");
  return (
    <div className={cx("truncate text-xs", run.error ? "text-err" : "text-muted")} title={text}>
      {run.parent_run_id && <span className="text-muted">child run · </span>}
      {text}
    </div>
  );
}

function ChooseBox({ run, isChosen, onToggle }: RowProps) {
  return (
    <input
      type="checkbox"
      aria-label={`Choose ${excerptOf(run.input).slice(0, 60) || run.id}`}
      checked={isChosen}
      onChange={({ nativeEvent }) =>
        onToggle(run.id, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
      }
      className="block size-4 shrink-0 accent-accent"
    />
  );
}

const WIDTHS = {
  agent: "hidden w-40 min-[900px]:table-cell",
  calls: "hidden w-24 min-[1400px]:table-cell",
  tokens: "hidden w-44 xl:table-cell",
  cost: "hidden lg:table-cell",
};

export function RunHead({
  chosenCount,
  count,
  onAll,
}: {
  chosenCount: number;
  count: number;
  onAll: (isOn: boolean) => void;
}) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = chosenCount > 0 && chosenCount < count;
  });
  return (
    <>
      <th scope="col" className="w-10 pl-4!">
        <input
          ref={box}
          type="checkbox"
          aria-label="Choose all that are loaded"
          checked={count > 0 && chosenCount === count}
          onChange={(event) => onAll(event.target.checked)}
          className="block size-4 accent-accent"
        />
      </th>
      <th scope="col" className="w-28">
        Status
      </th>
      <th scope="col">Input and answer</th>
      <th scope="col" className={WIDTHS.agent}>
        Agent, model
      </th>
      <th scope="col" className={WIDTHS.calls} title="Model calls / tool calls">
        Calls
      </th>
      <th scope="col" className={WIDTHS.tokens}>
        Tokens
      </th>
      <th scope="col" className={cx("w-20", WIDTHS.cost)}>
        Cost
      </th>
      <th scope="col" className={cx("w-22", WIDTHS.cost)}>
        Duration
      </th>
      <th scope="col" className="w-26">
        Created
      </th>
      <th scope="col" className="w-12">
        <span className="sr-only">Actions</span>
      </th>
    </>
  );
}

const look = ({ isChosen, isCursor }: RowProps) =>
  cx(
    isChosen ? "bg-accent-soft" : "bg-surface hover:bg-bg",
    isCursor && "shadow-[inset_3px_0_0_var(--accent)]",
  );

export const RunRow = memo(function RunRow(props: RowProps) {
  const { run, index, isChosen } = props;
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      data-run={run.id}
      style={{ height: ROW_HEIGHT_PX }}
      className={cx("[&>td]:border-b [&>td]:border-line [&>td]:px-2", look(props))}
    >
      <td className="pl-4!">
        <ChooseBox {...props} />
      </td>
      <td>
        <StatusBadge status={run.status} stopReason={run.stop_reason} />
      </td>
      <td>
        <RunLink {...props} />
        <Outcome run={run} />
      </td>
      <td className={WIDTHS.agent}>
        <div className="truncate" title={run.agent}>
          {run.agent}
        </div>
        <div className="truncate text-xs text-muted" title={run.model}>
          {run.model}
        </div>
      </td>
      <td className={WIDTHS.calls}>
        <Calls run={run} />
      </td>
      <td className={WIDTHS.tokens}>
        <Tokens usage={run.usage} />
      </td>
      <td className={WIDTHS.cost}>
        <Cost usd={run.usage.cost_usd} />
      </td>
      <td className={WIDTHS.cost}>
        <RunDuration run={run} />
      </td>
      <td>
        <RelativeTime time={run.created_at} />
      </td>
      <td>
        <RunMenu run={run} onAction={props.onAction} />
      </td>
    </tr>
  );
});

export const RunCard = memo(function RunCard(props: RowProps) {
  const { run } = props;
  return (
    <li
      data-run={run.id}
      style={{ height: CARD_HEIGHT_PX }}
      className={cx("flex flex-col justify-center gap-1 border-b border-line px-4", look(props))}
    >
      <div className="flex items-center gap-2">
        <ChooseBox {...props} />
        <StatusBadge status={run.status} stopReason={run.stop_reason} />
        <span className="min-w-0 flex-1 text-right text-xs text-muted">
          <RelativeTime time={run.created_at} />
        </span>
        <RunMenu run={run} onAction={props.onAction} />
      </div>
      <RunLink {...props} />
      <Outcome run={run} />
      <div className="flex gap-x-3 overflow-hidden text-xs text-muted">
        <span className="truncate">{run.agent}</span>
        <RunDuration run={run} />
        <Tokens usage={run.usage} />
        <Cost usd={run.usage.cost_usd} />
      </div>
    </li>
  );
});
