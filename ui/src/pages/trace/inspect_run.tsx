import { Link } from "wouter";
import type { RunEvent } from "@/api/events";
import { StatusBadge } from "@/components/Badge";
import { FailureNote } from "@/components/FailureNote";
import { formatDuration } from "@/components/format";
import { JsonTree } from "@/components/JsonTree";
import { RelativeTime } from "@/components/Values";
import { stepSpan } from "@/run/fold_lifecycle";
import type { RunView } from "@/run/view";
import { links } from "@/shell/routes";
import { Facts, Section, usageFacts } from "./inspect_parts";
import { KindIcon, StateIcon } from "./kinds";
import { type Item, itemsOf } from "./outline";

function limitsOf(events: readonly RunEvent[]): unknown {
  const queued = events.find((event) => event.type === "run.queued");
  return queued && "limits" in queued.data ? queued.data.limits : undefined;
}

export function InspectRun({ view, events }: { view: RunView; events: readonly RunEvent[] }) {
  const { startedAt, createdAt, endedAt, usage } = view;
  const limits = limitsOf(events);
  return (
    <>
      <div className="px-4 pb-3">
        <Facts
          facts={[
            ["Status", <StatusBadge key="status" status={view.status} stopReason={view.stopReason} />],
            ["Stop reason", view.stopReason?.replaceAll("_", " ")],
            ["Agent", view.agent],
            ["Model", view.model],
            ["Made", <RelativeTime key="made" time={createdAt} />],
            [
              "Waited",
              startedAt !== null && createdAt !== null ? formatDuration(startedAt - createdAt) : null,
            ],
            ["Took", endedAt !== null && startedAt !== null ? formatDuration(endedAt - startedAt) : null],
            ["Attempts", view.attempt],
            ["Steps", view.steps.length],
            ["Tool calls", usage.tool_calls],
            ...usageFacts(usage),
            ["Tags", view.tags.length > 0 ? view.tags.join(", ") : null],
          ]}
        />
      </div>
      {view.error && (
        <Section title="Error">
          <FailureNote error={view.error} />
        </Section>
      )}
      {view.divergence && (
        <Section title="Divergence">
          <p>{view.divergence}</p>
        </Section>
      )}
      {limits !== undefined && (
        <Section title="Limits">
          <JsonTree value={limits} label="Limits" />
        </Section>
      )}
      {Object.keys(view.metadata).length > 0 && (
        <Section title="Metadata">
          <JsonTree value={view.metadata} label="Metadata" />
        </Section>
      )}
      {view.output !== null && (
        <Section title="Output">
          <JsonTree value={view.output} label="Output" />
        </Section>
      )}
    </>
  );
}

export function InspectStep({
  view,
  item,
  onSelect,
}: {
  view: RunView;
  item: Item;
  onSelect: (spanId: string) => void;
}) {
  const step = view.steps.findLast((one) => one.number === item.step);
  if (!step) return null;
  const inside = itemsOf(view).filter((one) => one.parent === stepSpan(step.number));
  return (
    <>
      <div className="px-4 pb-3">
        <Facts
          facts={[
            ["Agent", step.agent],
            ["Model", step.model],
            ["Began", <RelativeTime key="began" time={step.startedAt} />],
            ["Took", step.endedAt === null ? null : formatDuration(step.endedAt - step.startedAt)],
            ["Model latency", step.latency_ms === null ? null : formatDuration(step.latency_ms)],
            ["First token", step.firstToken_ms === null ? null : formatDuration(step.firstToken_ms)],
            ["Finish reason", step.finishReason?.replaceAll("_", " ")],
            ["Cut", step.reason],
            ...usageFacts(step.usage),
          ]}
        />
      </div>
      {step.error && (
        <Section title="Error">
          <FailureNote error={step.error} />
        </Section>
      )}
      <Section title="In this step">
        <ul>
          {inside.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                onClick={() => onSelect(one.id)}
                className="flex w-full items-center gap-2 rounded px-1 py-1 text-left hover:bg-raised"
              >
                <KindIcon kind={one.kind} />
                <span className="min-w-0 flex-1 truncate">{one.label}</span>
                <StateIcon state={one.state} />
              </button>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}

export function InspectChild({ view, runId }: { view: RunView; runId: string }) {
  const child = view.children.find((one) => one.runId === runId);
  if (!child) return null;
  return (
    <div className="px-4 pb-3">
      <Facts
        facts={[
          ["Agent", child.agent],
          ["State", child.state],
          ["Began", <RelativeTime key="began" time={child.startedAt} />],
          ["Took", child.endedAt === null ? null : formatDuration(child.endedAt - child.startedAt)],
          ["Events", child.lastSeq],
          ...usageFacts(child.usage),
        ]}
      />
      <Link href={links.trace(runId)} className="mt-2 inline-block text-accent underline">
        Open its own trace
      </Link>
    </div>
  );
}

export function InspectHandoff({ view, toolCallId }: { view: RunView; toolCallId: string }) {
  const handoff = view.handoffs.find((one) => one.toolCallId === toolCallId);
  if (!handoff) return null;
  const { from, to, reason, state, at } = handoff;
  return (
    <div className="px-4 pb-3">
      <Facts
        facts={[
          ["From", from],
          ["To", to],
          ["Reason", reason],
          ["State", state],
          ["At", <RelativeTime key="at" time={at} />],
        ]}
      />
    </div>
  );
}

const IDLE_TEXT = {
  queue: "The run waited for a worker.",
  pause: "The run stood still until somebody let it go on.",
  gap: "No worker had the run: one was lost, or the next attempt was waited for.",
};

/** Time in which nothing ran. */
export function InspectIdle({
  view,
  item,
}: {
  view: RunView;
  item: Item & { kind: "queue" | "pause" | "gap" };
}) {
  const end = item.end ?? Number.POSITIVE_INFINITY;
  const notices = view.notices.filter((one) => one.at >= item.start && one.at <= end);
  return (
    <div className="flex flex-col gap-2 px-4 pb-3">
      <p className="text-muted">{IDLE_TEXT[item.kind]}</p>
      <Facts
        facts={[
          ["From", <RelativeTime key="from" time={item.start} />],
          ["Took", item.end === null ? null : formatDuration(item.end - item.start)],
        ]}
      />
      {notices.map((notice) => (
        <div key={notice.seq}>
          <p>{notice.text}</p>
          {notice.error && <FailureNote error={notice.error} />}
        </div>
      ))}
    </div>
  );
}
