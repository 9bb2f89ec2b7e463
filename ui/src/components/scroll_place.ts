/** How far a list was scrolled, kept with the entry of the browser's history: going back finds the place again. */
import { type RefObject, useEffect, useLayoutEffect } from "react";

const REST_MS = 150;
const NAME = "scrollTop";

const stateNow = (): Record<string, unknown> => {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null ? { ...state } : {};
};

/** The box must have its rows, or their height, when this is first called. */
export function useScrollPlace(box: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const kept = stateNow()[NAME];
    if (box.current && typeof kept === "number") box.current.scrollTop = kept;
  }, [box]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = () => window.history.replaceState({ ...stateNow(), [NAME]: element.scrollTop }, "");
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, REST_MS);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener("scroll", onScroll);
    };
  }, [box]);
}
