/** Connections are few (six to one origin, over all tabs): a tab that nobody sees lets its own go. */

const HIDDEN_MAX_MS = 30_000;

/** A signal that aborts with `parent`, or when the tab has been hidden for a while. Call `end` when it is over. */
export function whileShown(parent: AbortSignal): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const abort = () => controller.abort();
  const look = () => {
    if (timer !== null) clearTimeout(timer);
    timer = document.hidden ? setTimeout(abort, HIDDEN_MAX_MS) : null;
  };
  const end = () => {
    if (timer !== null) clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
    parent.removeEventListener("abort", abort);
  };
  parent.addEventListener("abort", abort);
  document.addEventListener("visibilitychange", look);
  if (parent.aborted) abort();
  look();
  return { signal: controller.signal, end };
}

/** Resolves when the tab is shown, at once if it is, or when `signal` aborts. */
export function whenShown(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
}
