import { useEffect, useRef, useState } from "react";
import { textOf } from "@/run/parts";
import type { RunView } from "@/run/view";
import { sentenceEnd, spoken } from "./sentences";

/** Says no more often, so that a reader is not cut off by the next sentence. */
const PAUSE_MS = 1500;

interface Place {
  id: string;
  said: number;
}

/** What is new since `place`: whole sentences while it streams, all when it is done. */
function next(view: RunView, place: Place | null): { text: string; place: Place } | null {
  const message = view.messages.findLast((one) => one.role === "assistant" && one.state !== "failed");
  if (!message) return null;
  const isDone = message.state === "complete";
  // What had ended before anybody looked is there to be read, not to be announced.
  if (place === null && isDone) return { text: "", place: { id: message.id, said: Infinity } };
  const text = textOf(message.parts);
  const said = place?.id === message.id ? place.said : 0;
  const end = isDone ? text.length : sentenceEnd(text, said);
  return end > said ? { text: spoken(text.slice(said, end)), place: { id: message.id, said: end } } : null;
}

function statusOf(view: RunView): string {
  if (view.status === "paused" && view.pending.length > 0) {
    return `${view.pending.map((call) => call.name).join(", ")} waits for approval.`;
  }
  const told = ["completed", "failed", "canceled", "paused", "retrying"];
  return told.includes(view.status) ? `The run is ${view.status}.` : "";
}

/** Tells screen readers what a run says, sentence by sentence, and how it goes; a fresh run from its begin. */
export function Announcer({ view, isFresh }: { view: RunView; isFresh: boolean }) {
  const [text, setText] = useState("");
  const place = useRef<Place | null>(isFresh ? { id: "", said: 0 } : null);
  const latest = useRef(view);
  useEffect(() => {
    latest.current = view;
  }, [view]);
  useEffect(() => {
    const timer = setInterval(() => {
      const found = next(latest.current, place.current);
      if (!found) return;
      place.current = found.place;
      if (found.text) setText(found.text);
    }, PAUSE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="sr-only">
      <p aria-live="polite">{text}</p>
      <p aria-live="polite">{statusOf(view)}</p>
    </div>
  );
}
