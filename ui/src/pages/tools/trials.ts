/** Tries of this visit: kept until the page is left or the key changes, in this browser only. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { ApiError } from "@/api/client";
import type { ToolTrial } from "@/api/model";

export type Args = Record<string, unknown>;

export interface Trial {
  id: number;
  at: number;
  args: Args;
  /** What came of it; null where the server refused to try. */
  outcome: ToolTrial | null;
  refusal: ApiError | null;
}

const KEPT_MAX_COUNT = 50;
const NONE: readonly Trial[] = [];

/** Newest first, and a way to add one. They live in the key's own cache, so that they go with the key. */
export function useTrials(tool: string): [readonly Trial[], (trial: Omit<Trial, "id">) => void] {
  const client = useQueryClient();
  const { data = NONE } = useQuery<readonly Trial[]>({
    queryKey: ["tool-trials", tool],
    queryFn: () => NONE,
    enabled: false,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const add = useCallback(
    (trial: Omit<Trial, "id">) => {
      client.setQueryData<readonly Trial[]>(["tool-trials", tool], (before = NONE) =>
        [{ ...trial, id: (before[0]?.id ?? 0) + 1 }, ...before].slice(0, KEPT_MAX_COUNT),
      );
    },
    [client, tool],
  );
  return [data, add];
}
