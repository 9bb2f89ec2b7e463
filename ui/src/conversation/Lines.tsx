import { ArrowRightLeft, Info, type LucideIcon, Pause, RotateCw, Shuffle } from "lucide-react";
import type { HandoffView, NoticeView } from "@/run/view";

const ICONS: Record<NoticeView["kind"], LucideIcon> = {
  retrying: RotateCw,
  resumed: RotateCw,
  paused: Pause,
  fallback: Shuffle,
  memory_compacted: Info,
  journal_compacted: Info,
};

/** Something that happened between messages. */
export function NoticeLine({ notice }: { notice: NoticeView }) {
  const Icon = ICONS[notice.kind];
  return (
    <p className="flex items-start gap-1.5 text-xs text-muted">
      <Icon size={12} aria-hidden className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">
        {notice.text}
        {notice.error && (
          <span className="text-err">
            {" "}
            {notice.error.code}: {notice.error.message}
          </span>
        )}
      </span>
    </p>
  );
}

const HANDOFF_STATES = { running: "hands over to", ok: "handed over to", error: "could not hand over to" };

export function HandoffLine({ handoff }: { handoff: HandoffView }) {
  return (
    <p className="flex items-start gap-1.5 text-xs text-muted">
      <ArrowRightLeft size={12} aria-hidden className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">
        <b className="font-medium text-text">{handoff.from}</b> {HANDOFF_STATES[handoff.state]}{" "}
        <b className="font-medium text-text">{handoff.to}</b>
        {handoff.reason && `: ${handoff.reason}`}
      </span>
    </p>
  );
}
