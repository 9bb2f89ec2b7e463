import { memo } from "react";
import type { RunEvent } from "@/api/events";
import { formatExact } from "@/components/format";
import { JsonTree } from "@/components/JsonTree";
import type { Change } from "./replay_changes";

function ChangeRow({ change }: { change: Change }) {
  return (
    <li className="min-w-0 break-words">
      <span className="text-muted">{change.what}: </span>
      {change.from !== null && (
        <>
          <span>{change.from}</span>
          <span aria-hidden className="text-muted">
            {" → "}
          </span>
          <span className="sr-only"> becomes </span>
        </>
      )}
      <span className="font-medium whitespace-pre-wrap">{change.to}</span>
    </li>
  );
}

/** The event at the cursor, and what it changed in the run. */
export const EventAt = memo(function EventAt({
  event,
  changes,
}: {
  event: RunEvent;
  changes: readonly Change[];
}) {
  return (
    <>
      <section aria-label="What this event changed" className="flex flex-col gap-1">
        <h2 className="font-semibold">What changed</h2>
        {changes.length === 0 && <p className="text-muted">Nothing that this version shows.</p>}
        <ul className="flex flex-col gap-0.5">
          {changes.map((change) => (
            <ChangeRow key={`${change.what} ${change.to}`} change={change} />
          ))}
        </ul>
      </section>
      <section aria-label="The event" className="flex flex-col gap-1">
        <h2 className="font-semibold">
          Event {event.seq}: <span className="font-mono">{event.type}</span>
        </h2>
        <p className="text-xs text-muted">
          {formatExact(event.time)} · stream {event.stream} · attempt {event.attempt}
        </p>
        <JsonTree key={event.seq} value={event.data} label={`Data of event ${event.seq}`} />
      </section>
    </>
  );
});
