import { useMemo, useState } from "react";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { FailureNote } from "@/components/FailureNote";
import { formatDuration } from "@/components/format";
import { Markdown } from "@/components/Markdown";
import type { MessageView, RunView, Span, ViewPart } from "@/run/view";
import { Block, Facts, Section, usageFacts } from "./inspect_parts";
import { type MessageIn, messagesIn, timesOf } from "./model_call";

/** Of more messages only the last are shown until all are asked for: thousands would hold the page up. */
const SHOWN_COUNT = 50;

function PartView({ part, isStreaming }: { part: ViewPart; isStreaming: boolean }) {
  switch (part.type) {
    case "text":
      return <Markdown text={part.text} isStreaming={isStreaming} />;
    case "reasoning":
      return <Block label="reasoning" text={part.text} />;
    case "tool_call":
      return <Block label={`calls ${part.name}`} text={part.arguments} />;
    case "tool_result":
      return <Block label={`${part.name}: ${part.outcome}`} text={part.content} />;
    case "citation":
      return (
        <Block label={`cites ${part.citation.title ?? part.citation.document}`} text={part.citation.quote} />
      );
    case "image":
      return <p className="text-xs text-muted">image, {part.image.media_type}</p>;
    case "document":
      return <p className="text-xs text-muted">document, {part.document.media_type}</p>;
  }
}

function MessageBlock({ message, isStreaming = false }: { message: MessageIn; isStreaming?: boolean }) {
  return (
    <div className="flex flex-col gap-1 border-l-2 border-line pl-3">
      <Badge className="self-start">
        {message.agent ? `${message.role} · ${message.agent}` : message.role}
      </Badge>
      {message.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts are only added at the end
        <PartView key={index} part={part} isStreaming={isStreaming} />
      ))}
    </div>
  );
}

function MessagesIn({ view, message }: { view: RunView; message: MessageView }) {
  // Nothing before a message changes any more, but for the results of the calls before it.
  const { tools } = view;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a delta changes the view, and nothing before it
  const messages = useMemo(() => messagesIn(view, message), [message.id, tools]);
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? messages : messages.slice(-SHOWN_COUNT);
  const compacted = view.notices.findLast(
    (notice) => notice.kind === "memory_compacted" && notice.seq < message.seq,
  );
  const copy = <CopyButton text={() => JSON.stringify(messages, null, 2)} label="Copy the messages in" />;
  return (
    <Section title={`Messages in (${messages.length})`} actions={copy}>
      {compacted && <p className="mb-2 text-xs text-warn">{compacted.text}</p>}
      <div className="flex flex-col gap-3">
        {shown.length < messages.length && (
          <Button size="sm" className="self-start" onClick={() => setWhole(true)}>
            Show all {messages.length}; these are the last {shown.length}
          </Button>
        )}
        {shown.map((one) => (
          <MessageBlock key={one.id} message={one} />
        ))}
      </div>
      <p className="mt-2 text-xs text-muted">
        Rebuilt from the journal. Instructions, model settings and earlier runs of the session are not in it.
      </p>
    </Section>
  );
}

export function InspectModel({ view, span }: { view: RunView; span: Span }) {
  const message = view.messages.findLast((one) => one.id === span.ref);
  if (!message) return <p className="p-4 text-muted">The journal does not have this message.</p>;
  const step = view.steps.findLast((one) => one.number === span.step);
  const times = timesOf(span, message, step);
  const { tokensPerSecond: speed } = times;
  const copy = (
    <CopyButton text={() => JSON.stringify(message.parts, null, 2)} label="Copy the message out" />
  );
  return (
    <>
      <div className="px-4 pb-3">
        <Facts
          facts={[
            ["Model", message.model ?? span.label],
            ["Agent", message.agent],
            ["Duration", times.duration_ms === null ? null : formatDuration(times.duration_ms)],
            ["First token", times.firstToken_ms === null ? null : formatDuration(times.firstToken_ms)],
            ["Speed", speed === null ? null : `${speed.toFixed(speed < 10 ? 1 : 0)} tokens/s`],
            ["Finish reason", message.finishReason?.replaceAll("_", " ")],
            ["Cut", message.failure],
            ...usageFacts(message.usage),
          ]}
        />
      </div>
      {message.error && (
        <Section title="Error">
          <FailureNote error={message.error} />
        </Section>
      )}
      <Section title="Message out" actions={copy}>
        <MessageBlock message={message} isStreaming={message.state === "streaming"} />
      </Section>
      <MessagesIn view={view} message={message} />
    </>
  );
}
