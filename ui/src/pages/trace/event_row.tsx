import { ArrowDownToLine, ArrowUpToLine, ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";
import type { RunEvent } from "@/api/events";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { cx } from "@/components/classes";
import { formatExact } from "@/components/format";
import { JsonTree } from "@/components/JsonTree";
import { summaryOf } from "./event_rows";

const STREAM_TONES: Record<string, string> = {
  lifecycle: "bg-muted",
  assistant: "bg-accent",
  tool: "bg-info",
};
const number = new Intl.NumberFormat("en");

interface EventRowProps {
  event: RunEvent;
  /** Milliseconds since the run began. */
  since: number;
  partner: number | null;
  isOpen: boolean;
  isCurrent: boolean;
  isPartner: boolean;
  onToggle: (event: RunEvent) => void;
  onSeek: (seq: number) => void;
}

/** One event: a line, and its JSON when it is opened. */
export const EventRow = memo(function EventRow(props: EventRowProps) {
  const { event, since, partner, isOpen, isCurrent, isPartner, onToggle, onSeek } = props;
  const Twist = isOpen ? ChevronDown : ChevronRight;
  const Jump = partner !== null && partner < event.seq ? ArrowUpToLine : ArrowDownToLine;
  return (
    <div
      className={cx(
        "border-b border-line/40",
        isCurrent ? "bg-accent-soft" : isPartner ? "bg-warn-soft" : undefined,
      )}
    >
      <div className="flex items-center">
        <button
          type="button"
          data-seq={event.seq}
          aria-expanded={isOpen}
          aria-current={isCurrent || undefined}
          onClick={() => onToggle(event)}
          className="flex h-7 min-w-0 flex-1 items-center gap-2 px-2 text-left text-xs -outline-offset-2 hover:bg-raised/60"
        >
          <Twist size={13} aria-hidden className="shrink-0 text-muted" />
          <span className="w-10 shrink-0 text-right tabular-nums">{event.seq}</span>
          <span
            className="w-20 shrink-0 text-right text-muted tabular-nums max-sm:hidden"
            title={formatExact(event.time)}
          >
            {number.format(Math.round(since))} ms
          </span>
          <span
            title={event.stream}
            className={cx("h-3.5 w-1 shrink-0 rounded", STREAM_TONES[event.stream])}
          />
          <span className="w-44 shrink-0 truncate font-mono max-sm:w-32">{event.type}</span>
          <span className="min-w-0 flex-1 truncate text-muted">{summaryOf(event)}</span>
          {isPartner && <span className="shrink-0 font-medium text-warn">its pair</span>}
        </button>
        {partner !== null && (
          <Button
            variant="ghost"
            size="sm"
            icon={<Jump size={13} aria-hidden />}
            aria-label={`To event ${partner}, the pair of ${event.seq}`}
            onClick={() => onSeek(partner)}
          >
            {partner}
          </Button>
        )}
        <CopyButton text={() => JSON.stringify(event, null, 2)} label={`Copy event ${event.seq}`} />
      </div>
      {isOpen && (
        <div className="px-8 pb-2">
          <JsonTree value={event} label={`Event ${event.seq}`} openDepth={2} />
        </div>
      )}
    </div>
  );
});
