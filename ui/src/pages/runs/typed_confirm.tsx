import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field, Input } from "@/components/Field";

interface TypedConfirmProps {
  title: string;
  /** What has to be typed. */
  word: string;
  /** Of the button. */
  label: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before many things change at once: the answer is typed, not clicked by habit. */
export function TypedConfirm({ title, word, label, onConfirm, onClose }: TypedConfirmProps) {
  const form = useId();
  const [typed, setTyped] = useState("");
  const isRight = typed.trim().toLowerCase() === word;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isRight) onConfirm();
  };
  const footer = (
    <>
      <Button onClick={onClose}>Keep them</Button>
      <Button type="submit" form={form} variant="danger" disabled={!isRight}>
        {label}
      </Button>
    </>
  );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} footer={footer}>
      <form id={form} onSubmit={submit}>
        <Field label={`Type “${word}” to go on`}>
          {(ids) => (
            <Input
              {...ids}
              value={typed}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
