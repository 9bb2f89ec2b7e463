import { type FormEvent, useState } from "react";
import type { ApiError } from "@/api/client";
import type { Approval } from "@/api/model";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Field, Textarea } from "@/components/Field";
import type { Settle } from "./decide";

/** The server's own bound. */
const REASON_LENGTH_MAX_CHARS = 4096;

export interface DecisionDialogProps {
  approval: Approval;
  settle: Settle;
  onClose: () => void;
}

/** Asks why; the model reads it. */
export function DenyDialog({ approval, settle, onClose }: DecisionDialogProps) {
  const [reason, setReason] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const deny = async () => {
    if (isSending) return;
    setSending(true);
    setError(null);
    const said = reason.trim();
    const isOver = await settle(approval, { decision: "deny", ...(said ? { reason: said } : {}) }, setError);
    setSending(false);
    if (isOver) onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void deny();
  };
  const footer = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button variant="danger" type="submit" form="deny" busy={isSending}>
        Deny
      </Button>
    </>
  );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Deny ${approval.tool}`}
      description="The call does not run. The model is told, and goes on without it."
      footer={footer}
    >
      <form id="deny" onSubmit={submit}>
        <Field label="Reason, told to the model (may be empty)" hint="Ctrl+Enter denies.">
          {(ids) => (
            <Textarea
              {...ids}
              rows={4}
              maxLength={REASON_LENGTH_MAX_CHARS}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void deny();
              }}
            />
          )}
        </Field>
        {error && <ErrorNote error={error} />}
      </form>
    </Dialog>
  );
}
