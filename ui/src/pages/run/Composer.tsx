import { CircleX, Paperclip, SendHorizontal, X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, type RefObject, useRef, useState } from "react";
import { asApiError } from "@/api/client";
import type { RunInput } from "@/api/model";
import type { SnippetRequest } from "@/api/snippets";
import { Button, IconButton } from "@/components/Button";
import { cx } from "@/components/classes";
import { ErrorDetails } from "@/components/ErrorNote";
import { RequestSnippet } from "@/components/RequestSnippet";
import { ACCEPTED, type Attachment, attach, inputOf } from "./attachments";
import { keepSent, readDraft, readSent, recall, useDraft, writeDraft } from "./drafts";
import { FileTray } from "./FileTray";
import { useFileDrop } from "./file_drop";

const ROWS_MIN_COUNT = 2;
const ROWS_MAX_COUNT = 8;

interface ComposerProps {
  textRef: RefObject<HTMLTextAreaElement | null>;
  placeholder: string;
  disabled: boolean;
  /** Sends; what it throws is shown, and the message stays. */
  onSend: (input: RunInput) => Promise<void>;
  /** The request that sending would make. */
  requestOf: (input: RunInput) => SnippetRequest;
}

/** Above the message that it is about: a toast would lie over the button that sends. */
function Problem({ thrown, onClose }: { thrown: unknown; onClose: () => void }) {
  const error = asApiError(thrown);
  return (
    <div role="alert" className="flex items-start gap-2 border-b border-line px-3 py-2">
      <CircleX size={16} aria-hidden className="mt-0.5 shrink-0 text-err" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{error.title}</p>
        <ErrorDetails error={error} />
      </div>
      <IconButton label="Dismiss" size="sm" icon={<X size={14} aria-hidden />} onClick={onClose} />
    </div>
  );
}

function useFiles(onProblem: (thrown: unknown) => void) {
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const add = async (picked: readonly File[]) => {
    if (picked.length === 0) return;
    try {
      const added = await attach(files, picked);
      setFiles((present) => [...present, ...added]);
      onProblem(null);
    } catch (error) {
      onProblem(error);
    }
  };
  const remove = (id: string) => setFiles((present) => present.filter((file) => file.id !== id));
  return { files, add, remove, replace: setFiles };
}

/** Up and Down walk through what was sent before, from an empty field. */
function useRecall() {
  const [place, setPlace] = useState<number | null>(null);
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return false;
    if (place === null && (readDraft() !== "" || event.key === "ArrowDown")) return false;
    const sent = readSent();
    const next = recall(sent, place, event.key === "ArrowUp" ? -1 : 1);
    setPlace(next);
    writeDraft(next === null ? "" : (sent[next] ?? ""));
    return true;
  };
  return { onKey, leave: () => setPlace(null) };
}

interface ToolbarProps {
  request: SnippetRequest;
  isBusy: boolean;
  canSend: boolean;
  onFiles: (files: readonly File[]) => void;
}

function Toolbar({ request, isBusy, canSend, onFiles }: ToolbarProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <div className="flex items-center gap-1 px-2 pb-2">
      <input
        ref={picker}
        type="file"
        multiple
        accept={ACCEPTED}
        aria-label="Files to attach"
        tabIndex={-1}
        className="hidden"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // The same file may be picked again.
          event.target.value = "";
        }}
      />
      <IconButton
        label="Attach files"
        icon={<Paperclip size={16} aria-hidden />}
        onClick={() => picker.current?.click()}
      />
      <RequestSnippet request={request} />
      <span className="ml-auto hidden px-2 text-xs text-muted sm:inline">
        Enter sends · Shift+Enter makes a line
      </span>
      <Button
        type="submit"
        variant="primary"
        icon={<SendHorizontal size={14} aria-hidden />}
        busy={isBusy}
        disabled={!canSend}
        className="ml-auto sm:ml-0"
      >
        Send
      </Button>
    </div>
  );
}

/** What is written, and its way out: text and files that were not taken come back. */
function useMessage({ textRef, disabled, onSend }: ComposerProps) {
  const text = useDraft();
  const [problem, setProblem] = useState<unknown>(null);
  const [isSending, setSending] = useState(false);
  const { files, add, remove, replace } = useFiles(setProblem);
  const canSend = !disabled && (text.trim() !== "" || files.length > 0);
  const send = async () => {
    if (!canSend || isSending) return;
    setSending(true);
    setProblem(null);
    // Cleared first: what is typed meanwhile is the next message.
    writeDraft("");
    replace([]);
    try {
      await onSend(inputOf(text, files));
      keepSent(text);
    } catch (error) {
      setProblem(error);
      // Beside another message it is not lost: it is among those that Up brings back.
      if (readDraft() === "") writeDraft(text);
      else keepSent(text);
      replace((added) => (added.length === 0 ? files : added));
    } finally {
      setSending(false);
      textRef.current?.focus();
    }
  };
  return { text, files, add, remove, problem, setProblem, isSending, canSend, send };
}

export function Composer(props: ComposerProps) {
  const { textRef, placeholder, requestOf } = props;
  const { text, files, add, remove, problem, setProblem, isSending, canSend, send } = useMessage(props);
  const recalled = useRecall();
  const isOver = useFileDrop(add);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (recalled.onKey(event)) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    recalled.leave();
    void send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    void add(pasted);
  };
  return (
    <form
      aria-label="Message"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      className={cx(
        "mx-auto w-full max-w-3xl rounded-lg border bg-surface focus-within:border-accent",
        isOver ? "border-accent outline-2 outline-accent outline-dashed" : "border-line",
      )}
    >
      {problem !== null && <Problem thrown={problem} onClose={() => setProblem(null)} />}
      <FileTray files={files} onRemove={remove} />
      <textarea
        ref={textRef}
        aria-label="Message to the agent"
        placeholder={isOver ? "Drop the files here" : placeholder}
        value={text}
        rows={Math.min(ROWS_MAX_COUNT, Math.max(ROWS_MIN_COUNT, text.split("\n").length))}
        onChange={(event) => {
          recalled.leave();
          writeDraft(event.target.value);
        }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="block max-h-60 w-full resize-none bg-transparent px-3 pt-2 pb-1 outline-none [field-sizing:content] placeholder:text-muted"
      />
      <Toolbar
        request={requestOf(inputOf(text || "Hello", files))}
        isBusy={isSending}
        canSend={canSend}
        onFiles={add}
      />
    </form>
  );
}
