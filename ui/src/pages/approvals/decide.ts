/** Deciding, and what is told of it. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, api, asApiError } from "@/api/client";
import type { Approval } from "@/api/model";
import { useDecideApproval } from "@/api/mutations";
import { keys } from "@/api/query_keys";
import { toast } from "@/components/toast_store";

export interface Decision {
  decision: "approve" | "deny";
  args?: Record<string, unknown>;
  reason?: string;
}

/** True when it is decided, here or before by somebody else; false when it failed, which `refused` says. */
export type Settle = (
  of: Approval,
  decision: Decision,
  refused?: (error: ApiError) => void,
) => Promise<boolean>;

/** After a decision the next call comes up: no click or key that was meant for the one before may decide it. */
export const DECISION_PAUSE_MS = 700;

const CONFLICT = 409;
const NOT_FOUND = 404;

const DONE: Record<Decision["decision"], string> = { approve: "Approved", deny: "Denied" };

/** How an approval stands, as a sentence. */
export function standing({ tool, status, decided_by, decision_reason }: Approval): string {
  const by = decided_by ? ` by ${decided_by}` : "";
  return `${tool} was ${status}${by}${decision_reason ? `: ${decision_reason}` : ""}.`;
}

/** Says that somebody else was faster, and what they decided. */
async function tellConflict(of: Approval, error: ApiError): Promise<void> {
  let detail = error.detail;
  try {
    const path = { approval_id: of.id };
    detail = standing((await api.get("/v1/approvals/{approval_id}", { path })) as Approval);
  } catch {
    // The refusal says enough; why its particulars cannot be had does not matter here.
  }
  const { status, code, requestId } = error;
  toast.error(new ApiError({ status, code, requestId, title: "Decided before, by somebody else", detail }));
}

/** Whether a decision is under way or was made just now; `take` says whether another one may begin. */
function useTurn() {
  const isTaken = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const take = useCallback(() => {
    if (isTaken.current) return false;
    isTaken.current = true;
    setBusy(true);
    return true;
  }, []);
  const release = useCallback((after_ms: number) => {
    timer.current = setTimeout(() => {
      isTaken.current = false;
      setBusy(false);
    }, after_ms);
  }, []);
  return { isBusy, take, release };
}

export function useDecide(): { decide: Settle; decided: ReadonlySet<string>; isBusy: boolean } {
  const client = useQueryClient();
  const { mutateAsync } = useDecideApproval();
  const { isBusy, take, release } = useTurn();
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const decide: Settle = useCallback(
    async (of, decision, refused = toast.error) => {
      if (!take()) return false;
      try {
        await mutateAsync({ id: of.id, ...decision });
        toast.success(
          `${DONE[decision.decision]} ${of.tool}${decision.args ? " with edited arguments" : ""}.`,
        );
      } catch (thrown) {
        const error = asApiError(thrown);
        if (error.status !== CONFLICT && error.status !== NOT_FOUND) {
          release(0);
          refused(error);
          return false;
        }
        void client.invalidateQueries({ queryKey: keys.approvals });
        await tellConflict(of, error);
      }
      release(DECISION_PAUSE_MS);
      setDecided((before) => new Set(before).add(of.id));
      return true;
    },
    [client, mutateAsync, take, release],
  );
  return { decide, decided, isBusy };
}
