/** The list's filters, which live in the address. */
import { useCallback, useMemo } from "react";
import { type RunStatus, TERMINAL_STATUSES } from "@/api/model";
import type { RunFilters } from "@/api/queries";
import { useSearchParams } from "@/shell/search_params";

export const STATUSES: readonly RunStatus[] = [
  "queued",
  "running",
  "paused",
  "retrying",
  ...TERMINAL_STATUSES,
];

/** Names in the address, by the API's. */
const NAMES = {
  q: "q",
  status: "status",
  agent: "agent",
  session_id: "session",
  parent_run_id: "parent",
} as const satisfies Record<keyof RunFilters, string>;

type ChangeFilters = (changes: { [name in keyof RunFilters]?: string | null }) => void;

/** A status that there is not is no filter. */
export function filtersOf(params: URLSearchParams): RunFilters {
  const filters: RunFilters = {};
  const status = STATUSES.find((one) => one === params.get(NAMES.status));
  if (status) filters.status = status;
  for (const name of ["q", "agent", "session_id", "parent_run_id"] as const) {
    const value = params.get(NAMES[name]);
    if (value) filters[name] = value;
  }
  return filters;
}

export function useRunFilters(): { filters: RunFilters; change: ChangeFilters; clear: () => void } {
  const [params, changeParams] = useSearchParams();
  const filters = useMemo(() => filtersOf(params), [params]);
  const change = useCallback<ChangeFilters>(
    (changes) => {
      const named = Object.entries(changes).map(([name, value]) => [NAMES[name as keyof RunFilters], value]);
      changeParams(Object.fromEntries(named));
    },
    [changeParams],
  );
  const clear = useCallback(
    () => changeParams(Object.fromEntries(Object.values(NAMES).map((name) => [name, null]))),
    [changeParams],
  );
  return { filters, change, clear };
}
