/** State that lives in the address. */
import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";

type Changes = Record<string, string | number | null | undefined>;

/** Parameters of the address, and a setter that keeps the others; null, undefined and "" take one away. */
export function useSearchParams(): [
  URLSearchParams,
  (changes: Changes, options?: { replace?: boolean }) => void,
] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const change = useCallback(
    (changes: Changes, { replace = true }: { replace?: boolean } = {}) => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === undefined || value === "") next.delete(name);
        else next.set(name, String(value));
      }
      const text = next.toString();
      navigate(text ? `${path}?${text}` : path, { replace });
    },
    [path, navigate],
  );
  return [params, change];
}
