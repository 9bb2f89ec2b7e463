import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { RunEvent } from "@/api/events";
import { useForkRun } from "@/api/mutations";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Field, Textarea } from "@/components/Field";
import { RequestSnippet } from "@/components/RequestSnippet";
import { toast } from "@/components/toast_store";
import { links } from "@/shell/routes";
import { type ForkPoint, forkPoint } from "./replay_borders";

interface ForkProps {
  runId: string;
  events: readonly RunEvent[];
  /** The place to fork at. */
  seq: number;
  onClose: () => void;
}

function placeOf(point: ForkPoint, seq: number): string {
  if (point.step === null) {
    return `No step had been completed at event ${seq}: the new run begins anew, with this run's input or with yours in its place.`;
  }
  const cut = `The new run keeps events 1 to ${point.seq}, up to the end of step ${point.step}`;
  return point.seq === seq ? `${cut}.` : `${cut}: the last border of a step at or before event ${seq}.`;
}

/** Makes a new run from the border of a step and opens it. Mounted while it is open. */
export function ForkDialog({ runId, events, seq, onClose }: ForkProps) {
  const [, navigate] = useLocation();
  const [input, setInput] = useState("");
  const fork = useForkRun();
  const isOpen = useRef(false);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  const point = forkPoint(events, seq);
  const words = input.trim();
  const body = { after_seq: seq, ...(words ? { input: words } : {}) };
  const start = async () => {
    try {
      const run = await fork.mutateAsync({ id: runId, ...body });
      if (!isOpen.current) {
        // Who has closed the dialog or left the page meanwhile is not taken elsewhere.
        const open = { label: "Open it", run: () => navigate(links.trace(run.id)) };
        toast.success("Forked: there is a new run.", open);
        return;
      }
      onClose();
      navigate(links.trace(run.id));
      const compare = { label: "Compare the two", run: () => navigate(links.compare(runId, run.id)) };
      toast.success("Forked: this is the new run.", compare);
    } catch {
      // Shown below; the dialog stays open with what was written.
    }
  };
  const path = `/v1/runs/${encodeURIComponent(runId)}/fork`;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      title={`Fork from event ${seq}`}
      description={placeOf(point, seq)}
      footer={
        <>
          <RequestSnippet request={{ method: "POST", path, body }} />
          <Button
            variant="primary"
            busy={fork.isPending}
            disabled={point.needsInput && words === ""}
            onClick={() => void start()}
          >
            Fork
          </Button>
        </>
      }
    >
      <Field
        label={point.needsInput ? "New input" : "New input (optional)"}
        hint={
          point.needsInput
            ? "That step ended with an answer: say what the new run shall go on with."
            : "Said by the user at that place; without it the run goes on by itself."
        }
      >
        {(ids) => (
          <Textarea {...ids} rows={4} value={input} onChange={(event) => setInput(event.target.value)} />
        )}
      </Field>
      {fork.error !== null && <ErrorNote error={fork.error} />}
    </Dialog>
  );
}
