/** What the page does with a message: begins a run, goes on in its session, or tells a run at work. */

import { useEffect, useRef, useState } from "react";
import { ApiError } from "@/api/client";
import { type CreateRunBody, isTerminal, type Run, type RunInput, type RunStatus } from "@/api/model";
import { type ForkArgs, useAddInput, useCreateRun, useForkRun } from "@/api/mutations";
import { randomKey } from "@/api/random_key";
import type { SnippetRequest } from "@/api/snippets";
import type { MessageView, RunView, ViewPart } from "@/run/view";
import { useSearchParams } from "@/shell/search_params";

export interface Target {
  runId: string | null;
  sessionId: string | null;
  /** Null before anything is known of the run. */
  status: RunStatus | null;
  view: RunView;
  agent: string | undefined;
  model: string;
}

/** Said to a run at work, which reads it at its next step. */
export interface Waiting {
  runId: string;
  text: string;
  /** Messages that the run had been told, by then. */
  after: number;
}

export const addedCount = (view: RunView) =>
  view.messages.filter((message) => message.source === "added").length;

function bodyOf({ agent = "", sessionId, model }: Target, input: RunInput): CreateRunBody {
  return {
    agent,
    input,
    ...(sessionId ? { session_id: sessionId } : {}),
    ...(model ? { model } : {}),
  };
}

const isAtWork = (target: Target): target is Target & { runId: string } =>
  target.runId !== null && target.status !== null && !isTerminal(target.status);

export function requestOf(target: Target, input: RunInput): SnippetRequest {
  if (isAtWork(target)) {
    return { method: "POST", path: `/v1/runs/${encodeURIComponent(target.runId)}/input`, body: { input } };
  }
  return { method: "POST", path: "/v1/runs", body: bodyOf(target, input) };
}

const textIn = (input: RunInput) =>
  typeof input === "string" ? input : input.map((part) => String(part.text ?? "")).join("");

/** The parts of a message as the API takes them, with another text. */
export function changedInput(parts: readonly ViewPart[], text: string): RunInput {
  const files = parts.flatMap((part): Record<string, unknown>[] => {
    if (part.type === "image") return [{ ...part.image }];
    return part.type === "document" ? [{ ...part.document }] : [];
  });
  return files.length === 0 ? text : [{ type: "text", text }, ...files];
}

/** The event behind which a run begins anew without a message: before its first step, that is its own prompt. */
const seqBefore = (message: MessageView) => (message.source === "added" ? message.seq - 1 : 1);

/** What of the address says which conversation is on the page. */
function placeOf(): string {
  const { pathname, search } = window.location;
  const params = new URLSearchParams(search);
  return JSON.stringify([pathname, params.get("run"), params.get("session")]);
}

/** Begins a way to somewhere else; the function that it returns says whether the reader is still where it began. */
function useDeparture(): () => () => boolean {
  const isMounted = useRef(false);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  return () => {
    const place = placeOf();
    return () => isMounted.current && placeOf() === place;
  };
}

/** One key for one request of the user until it succeeds: where an answer is lost, sending again makes no second run. */
function useOnce() {
  const pending = useRef({ what: "", key: "" });
  return async <T>(asked: unknown, ask: (idempotencyKey: string) => Promise<T>): Promise<T> => {
    const what = JSON.stringify(asked);
    if (pending.current.what !== what) pending.current = { what, key: randomKey() };
    const { current } = pending;
    const answer = await ask(current.key);
    if (pending.current === current) pending.current = { what: "", key: "" };
    return answer;
  };
}

export function useSending(target: Target) {
  const once = useOnce();
  const depart = useDeparture();
  const [, change] = useSearchParams();
  const create = useCreateRun();
  const tell = useAddInput();
  const fork = useForkRun();
  const [seen, setSeen] = useState<ReadonlyMap<string, RunView>>(new Map());
  const [waiting, setWaiting] = useState<readonly Waiting[]>([]);
  const begun = useRef(new Set<string>());

  const follow = async (begin: () => Promise<Run>): Promise<void> => {
    const isHere = depart();
    const run = await begin();
    // Who has gone elsewhere meanwhile is not pulled back.
    if (!isHere()) return;
    const { runId, view } = target;
    if (runId !== null && view.lastSeq > 0) setSeen((known) => new Map(known).set(runId, view));
    begun.current.add(run.id);
    change({ run: run.id, session: null }, { replace: false });
  };
  const say = async (runId: string, input: RunInput): Promise<boolean> => {
    try {
      await tell.mutateAsync({ id: runId, input });
    } catch (error) {
      // It has ended by now: what was written is the next message of the conversation.
      if (error instanceof ApiError && error.status === 409) return false;
      throw error;
    }
    const text = textIn(input);
    setWaiting((known) => {
      const open = known.filter((one) => one.runId === runId && one.after >= addedCount(target.view));
      return [...open, { runId, text, after: addedCount(target.view) + open.length }];
    });
    return true;
  };
  const send = async (input: RunInput): Promise<void> => {
    if (isAtWork(target) && (await say(target.runId, input))) return;
    const body = bodyOf(target, input);
    await follow(() => once(body, (idempotencyKey) => create.mutateAsync({ ...body, idempotencyKey })));
  };
  const forkOnce = (args: ForkArgs) =>
    follow(() => once(args, (idempotencyKey) => fork.mutateAsync({ ...args, idempotencyKey })));
  const resend = async (runId: string, message: MessageView, text: string): Promise<void> => {
    const input = changedInput(message.parts, text);
    await forkOnce({ id: runId, after_seq: seqBefore(message), input });
  };
  const regenerate = async (runId: string): Promise<void> => forkOnce({ id: runId, after_seq: 1 });
  const isFresh = (runId: string) => begun.current.has(runId);
  return { seen, waiting, send, resend, regenerate, isFresh };
}
