/** Changing things through the API: plain functions for anywhere, and one hook each for views. */
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";
import type { Approval, CreateRunBody, ReplayReport, Run, RunInput, ToolTrial } from "./model";
import { keys } from "./query_keys";

const runPath = (action: string) => `/v1/runs/{run_id}${action}`;

export interface Once {
  /** One for each intent of the user: a second request with it answers with the first one's run. */
  idempotencyKey?: string;
}

const onceOf = (key: string | undefined) => (key ? { headers: { "idempotency-key": key } } : {});

export const createRun = ({ idempotencyKey, ...body }: CreateRunBody & Once) =>
  request<Run>("POST", "/v1/runs", { body, ...onceOf(idempotencyKey) });

export const cancelRun = (args: { id: string; mode?: "now" | "after_step"; reason?: string }) =>
  request<Run>("POST", runPath("/cancel"), {
    path: { run_id: args.id },
    body: { mode: args.mode ?? "now", ...(args.reason ? { reason: args.reason } : {}) },
  });

export const pauseRun = (id: string) =>
  request<Run>("POST", runPath("/pause"), { path: { run_id: id }, body: {} });

export const resumeRun = (id: string) =>
  request<Run>("POST", runPath("/resume"), { path: { run_id: id }, body: {} });

export const addInput = (args: { id: string; input: RunInput }) =>
  request<Run>("POST", runPath("/input"), { path: { run_id: args.id }, body: { input: args.input } });

export interface ForkArgs extends Once {
  id: string;
  after_seq?: number;
  after_step?: number;
  input?: RunInput;
}

/** A new run from that point of the old one. */
export const forkRun = ({ id, idempotencyKey, ...body }: ForkArgs) =>
  request<Run>("POST", runPath("/fork"), { path: { run_id: id }, body, ...onceOf(idempotencyKey) });

export const replayRun = (id: string) =>
  request<ReplayReport>("POST", runPath("/replay"), { path: { run_id: id }, body: {} });

export const deleteRun = (args: { id: string; keepalive?: boolean }) =>
  request<void>("DELETE", runPath(""), { path: { run_id: args.id }, keepalive: args.keepalive ?? false });

export const deleteSession = (args: { id: string; keepalive?: boolean }) =>
  request<void>("DELETE", "/v1/sessions/{session_id}", {
    path: { session_id: args.id },
    keepalive: args.keepalive ?? false,
  });

export interface DecideArgs {
  id: string;
  decision: "approve" | "deny";
  args?: Record<string, unknown>;
  reason?: string;
}

export const decideApproval = ({ id, ...body }: DecideArgs) =>
  request<Approval>("POST", "/v1/approvals/{approval_id}", { path: { approval_id: id }, body });

export const invokeTool = (args: { name: string; args: Record<string, unknown>; approve?: boolean }) =>
  request<ToolTrial>("POST", "/v1/tools/{name}/invoke", {
    path: { name: args.name },
    body: { args: args.args, ...(args.approve ? { approve: true } : {}) },
  });

type Changed = readonly (readonly unknown[])[];

/** `onError` is left to the caller; `toast.error(error)` is the usual one. */
function useChange<A, R>(
  change: (args: A) => Promise<R>,
  changed: Changed,
  keep?: (c: QueryClient, r: R) => void,
  name?: readonly unknown[],
) {
  const client = useQueryClient();
  return useMutation({
    ...(name ? { mutationKey: name } : {}),
    mutationFn: change,
    onSuccess: (answer: R) => {
      keep?.(client, answer);
      for (const queryKey of changed) void client.invalidateQueries({ queryKey });
    },
  });
}

const keepRun = (client: QueryClient, run: Run) => client.setQueryData(keys.run(run.id), run);
const RUN_LISTS: Changed = [keys.runLists, keys.sessions];

export const useCreateRun = () => useChange(createRun, RUN_LISTS, keepRun);
export const useCancelRun = () => useChange(cancelRun, RUN_LISTS, keepRun);
export const usePauseRun = () => useChange(pauseRun, RUN_LISTS, keepRun);
export const useResumeRun = () => useChange(resumeRun, RUN_LISTS, keepRun);
export const useAddInput = () => useChange(addInput, RUN_LISTS, keepRun);
export const useForkRun = () => useChange(forkRun, RUN_LISTS, keepRun);
export const useReplayRun = (id: string) => useChange(() => replayRun(id), [], undefined, keys.replays(id));
export const useDeleteRun = () => useChange(deleteRun, RUN_LISTS);
export const useDeleteSession = () => useChange(deleteSession, RUN_LISTS);
export const useDecideApproval = () => useChange(decideApproval, [keys.approvals, keys.runLists]);
export const useInvokeTool = () => useChange(invokeTool, []);
