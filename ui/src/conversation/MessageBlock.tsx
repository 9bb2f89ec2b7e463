import { Bot, Pencil, Scissors, User } from "lucide-react";
import { memo } from "react";
import { IconButton } from "@/components/Button";
import { shownBidi } from "@/components/bidi";
import { CopyButton } from "@/components/CopyButton";
import { cx } from "@/components/classes";
import { Markdown } from "@/components/Markdown";
import { textOf } from "@/run/parts";
import type { MessageView } from "@/run/view";
import { Attachments } from "./Attachments";
import { CitationChip } from "./CitationChip";
import { useKept } from "./kept";
import { MessageEditor } from "./MessageEditor";
import { Reasoning } from "./Reasoning";
import { isDropped } from "./rows";
import { type Segment, segmentsOf } from "./segments";

export interface MessageActions {
  /** Sends a user's message anew, from before it. */
  onResend?: ((message: MessageView, text: string) => Promise<void>) | undefined;
}

interface MessageBlockProps extends MessageActions {
  message: MessageView;
  isSelected?: boolean;
  /** Called with the span's id. */
  onSelect?: ((item: string) => void) | undefined;
}

const CALL_SHOWN_MAX_CHARS = 600;

const FAILURES: Record<string, string> = {
  retry: "This answer broke off and was begun again.",
  interrupted: "This answer was cut when its worker was lost, and was begun again.",
  canceled: "Stopped here.",
  timeout: "This answer took too long and was cut.",
  error: "This answer broke off.",
};

/** Arguments that still stream in; the tool's card takes their place. */
function ComingCall({ segment }: { segment: Extract<Segment, { kind: "call" }> }) {
  return (
    <p className="truncate text-xs text-muted">
      Calls <span className="font-mono">{segment.name || "a tool"}</span>{" "}
      <code className="font-mono">{shownBidi(segment.arguments.slice(-CALL_SHOWN_MAX_CHARS))}</code>
    </p>
  );
}

function Body({ message }: { message: MessageView }) {
  const segments = segmentsOf(message.parts);
  const isStreaming = message.state === "streaming";
  const lastText = segments.findLastIndex((segment) => segment.kind === "text");
  const reasoned = message.reasonedUntil === null ? null : message.reasonedUntil - message.startedAt;
  return segments.map((segment, index) => {
    const isLast = isStreaming && index === segments.length - 1;
    const key = `${index}:${segment.kind}`;
    if (segment.kind === "text") {
      const cited = index === lastText ? { citations: message.citations, renderCitation: chipOf } : {};
      return <Markdown key={key} text={segment.text} isStreaming={isLast} {...cited} />;
    }
    if (segment.kind === "reasoning") {
      const id = `${message.id}:${index}`;
      return <Reasoning key={key} id={id} text={segment.text} isStreaming={isLast} duration_ms={reasoned} />;
    }
    if (segment.kind === "files") return <Attachments key={key} parts={segment.files} />;
    return isStreaming && segment.kind === "call" ? <ComingCall key={key} segment={segment} /> : null;
  });
}

const chipOf = (citation: MessageView["citations"][number], index: number) => (
  <CitationChip citation={citation} index={index} />
);

/** What is left of an answer that was begun again: kept out of the way, and not lost. */
function DroppedMessage({ message }: { message: MessageView }) {
  const [isOpen, setOpen] = useKept(`dropped:${message.id}`, false);
  return (
    <div className="text-xs text-muted">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="inline-flex items-center gap-1 rounded text-left hover:text-text"
      >
        <Scissors size={12} aria-hidden className="shrink-0" />
        {FAILURES[message.failure ?? "error"]}
      </button>
      {isOpen && (
        <div className="mt-1 border-l-2 border-line pl-3">
          <Body message={message} />
        </div>
      )}
    </div>
  );
}

function Failure({ message }: { message: MessageView }) {
  if (message.state !== "failed") return null;
  return (
    <p className={cx("mt-1 text-xs", message.failure === "canceled" ? "text-muted" : "text-err")}>
      {FAILURES[message.failure ?? "error"]}
      {message.error && ` ${message.error.code}: ${message.error.message}`}
    </p>
  );
}

function UserMessage({ message, onResend }: MessageBlockProps) {
  const [isEditing, setEditing] = useKept(`editing:${message.id}`, false);
  const text = textOf(message.parts);
  if (isEditing && onResend) {
    const send = async (changed: string) => {
      await onResend(message, changed);
      setEditing(false);
    };
    return <MessageEditor id={message.id} initial={text} onSend={send} onCancel={() => setEditing(false)} />;
  }
  return (
    <div className="group flex flex-row-reverse items-start gap-1">
      {/* Shown as it was written: a user's text is no markdown. */}
      <div className="max-w-[85%] min-w-0 rounded-lg bg-accent-soft px-3 py-2 break-words whitespace-pre-wrap">
        {segmentsOf(message.parts).map((segment, index) =>
          segment.kind === "files" ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a message never move
            <Attachments key={index} parts={segment.files} />
          ) : segment.kind === "text" ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a message never move
            <p key={index} dir="auto">
              {segment.text}
            </p>
          ) : null,
        )}
      </div>
      <div className="flex shrink-0 flex-wrap items-center justify-end gap-1 text-xs text-muted opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100">
        {message.source === "added" && <span>said while it ran</span>}
        <CopyButton text={text} label="Copy the message" />
        {onResend && (
          <IconButton
            label="Edit and send again"
            size="sm"
            icon={<Pencil size={14} aria-hidden />}
            onClick={() => setEditing(true)}
          />
        )}
      </div>
    </div>
  );
}

function Header({ message, onSelect }: MessageBlockProps) {
  const who = message.source === "runtime" ? "agent-sdk" : (message.agent ?? "assistant");
  return (
    <header className="mb-0.5 flex h-5 items-center gap-1.5 text-xs text-muted">
      {message.source === "runtime" ? <User size={12} aria-hidden /> : <Bot size={12} aria-hidden />}
      {onSelect ? (
        <button
          type="button"
          onClick={() => onSelect(`model:${message.id}`)}
          className="rounded font-medium hover:text-text hover:underline"
        >
          {who}
        </button>
      ) : (
        <span className="font-medium">{who}</span>
      )}
      {message.model && <span>{message.model}</span>}
      <span className="ml-auto opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100">
        {message.state !== "streaming" && textOf(message.parts) !== "" && (
          <CopyButton text={() => textOf(message.parts)} label="Copy the answer" />
        )}
      </span>
    </header>
  );
}

function Waiting({ message }: { message: MessageView }) {
  if (message.state !== "streaming" || message.parts.length > 0) return null;
  return (
    <p className="text-muted">
      <span className="animate-pulse">Writing…</span>
    </p>
  );
}

/** One message, whoever said it. */
export const MessageBlock = memo(function MessageBlock(props: MessageBlockProps) {
  const { message, isSelected = false } = props;
  if (message.role === "user" && message.source !== "runtime") return <UserMessage {...props} />;
  if (isDropped(message)) return <DroppedMessage message={message} />;
  return (
    <article
      aria-label={`Message of ${message.agent ?? "the assistant"}`}
      aria-busy={message.state === "streaming" || undefined}
      className={cx("group min-w-0 rounded-md", isSelected && "outline-2 outline-offset-4 outline-accent")}
    >
      <Header {...props} />
      <Body message={message} />
      <Waiting message={message} />
      <Failure message={message} />
    </article>
  );
});
