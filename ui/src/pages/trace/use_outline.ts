/** Rows of the tree and the waterfall, and which of them are opened: that is kept in the address (`toggled`). */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "@/shell/search_params";
import { useJournals } from "./journals";
import { type OutlineRow, openedRuns, outlineOf } from "./outline";
import type { TraceTabProps } from "./tab_props";

const SEPARATOR = ",";

export interface Outline {
  rows: readonly OutlineRow[];
  toggle: (key: string) => void;
  error: Error | null;
}

/** The same object for as long as no span changes. */
export function useOutline({ view }: TraceTabProps["run"]): Outline {
  const [params, change] = useSearchParams();
  const text = params.get("toggled") ?? "";
  const toggled = useMemo(() => new Set(text.split(SEPARATOR).filter(Boolean)), [text]);
  const { byRun, error } = useJournals(useMemo(() => openedRuns(toggled), [toggled]));
  const { spans, handoffs, steps } = view;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a delta changes the view, and none of its spans
  const rows = useMemo(() => outlineOf(view, byRun, toggled), [spans, handoffs, steps, byRun, toggled]);
  const toggle = useCallback(
    (key: string) => {
      const next = new Set(toggled);
      if (!next.delete(key)) next.add(key);
      change({ toggled: [...next].join(SEPARATOR) });
    },
    [toggled, change],
  );
  return useMemo(() => ({ rows, toggle, error }), [rows, toggle, error]);
}
