import { useCallback, useSyncExternalStore } from "react";

/** Below it a table has too little room, and its rows are shown as cards. */
const WIDE_QUERY = "(min-width: 768px)";

export function useIsWide(): boolean {
  const subscribe = useCallback((listener: () => void) => {
    const media = window.matchMedia(WIDE_QUERY);
    media.addEventListener("change", listener);
    return () => media.removeEventListener("change", listener);
  }, []);
  return useSyncExternalStore(subscribe, () => window.matchMedia(WIDE_QUERY).matches);
}
