import { type KeyboardEvent, useState } from "react";
import { Button } from "@/components/Button";
import { Field, Textarea } from "@/components/Field";
import { toast } from "@/components/toast_store";
import { useKept } from "./kept";

interface MessageEditorProps {
  id: string;
  initial: string;
  onSend: (text: string) => Promise<void>;
  onCancel: () => void;
}

const ROWS_MIN_COUNT = 2;
const ROWS_MAX_COUNT = 12;

/** Changes a message that was said. Its files stay with it. */
export function MessageEditor({ id, initial, onSend, onCancel }: MessageEditorProps) {
  const [text, setText] = useKept(`edit:${id}`, initial);
  const [isBusy, setBusy] = useState(false);
  const send = async () => {
    if (!text.trim() || isBusy) return;
    setBusy(true);
    try {
      await onSend(text);
    } catch (error) {
      toast.error(error);
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onCancel();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    void send();
  };
  return (
    <div className="ml-auto flex w-full max-w-[85%] flex-col gap-2 rounded-lg bg-accent-soft p-2">
      <Field label="Your message" hideLabel>
        {(ids) => (
          <Textarea
            {...ids}
            autoFocus
            value={text}
            rows={Math.min(ROWS_MAX_COUNT, Math.max(ROWS_MIN_COUNT, text.split("\n").length))}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center justify-end gap-2">
        <span className="mr-auto text-xs text-muted">Makes a new run from here; this one is kept.</span>
        <Button size="sm" onClick={onCancel}>
          Leave it
        </Button>
        <Button size="sm" variant="primary" busy={isBusy} disabled={!text.trim()} onClick={send}>
          Send again
        </Button>
      </div>
    </div>
  );
}
