/** Playing a journal: at the pace that it was recorded in, faster, or event by event. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { RunEvent } from "@/api/events";

export const SPEEDS = ["1x", "4x", "max", "event"] as const;
export type Speed = (typeof SPEEDS)[number];

/** A wait for a person or a worker may have taken hours; nobody wants to watch it. */
const PAUSE_MAX_MS = 2_000;
const EVENT_PACE_MS = 300;
/** How long the whole journal takes at `max`. */
const MAX_WHOLE_MS = 5_000;
const FACTORS = { "1x": 1, "4x": 4 } as const;

/** Milliseconds from event number `count` to the next one. */
export function waitBefore(events: readonly RunEvent[], count: number, speed: Speed): number {
  if (speed === "event") return EVENT_PACE_MS;
  if (speed === "max") return Math.min(EVENT_PACE_MS, MAX_WHOLE_MS / events.length);
  const here = events[count - 1];
  const next = events[count];
  if (!here || !next) return 0;
  const recorded = Date.parse(next.time) - Date.parse(here.time);
  return Math.min(Math.max(recorded, 0), PAUSE_MAX_MS) / FACTORS[speed];
}

export interface Playhead {
  /** Events that were played. */
  count: number;
  /** Time that passed since the last of them. */
  spentMs: number;
}

/** Where the playhead stands when `elapsedMs` more have passed. */
export function advance(
  events: readonly RunEvent[],
  head: Playhead,
  elapsedMs: number,
  speed: Speed,
): Playhead {
  let { count } = head;
  let spentMs = head.spentMs + elapsedMs;
  while (count < events.length) {
    const wait = waitBefore(events, count, speed);
    if (spentMs < wait) break;
    spentMs -= wait;
    count += 1;
  }
  return { count, spentMs };
}

export interface Player {
  isPlaying: boolean;
  speed: Speed;
  setSpeed: (speed: Speed) => void;
  /** Plays, from the beginning if it stands at the end; or stops. */
  toggle: () => void;
  stop: () => void;
}

/** Moves the place on while it plays, once per animation frame at most; a run that goes on is waited for. */
export function usePlayer(
  events: readonly RunEvent[],
  count: number,
  isOver: boolean,
  onMove: (count: number) => void,
): Player {
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>("1x");
  const head = useRef<Playhead>({ count, spentMs: 0 });
  const latest = useRef({ events, isOver, onMove });
  latest.current = { events, isOver, onMove };
  if (head.current.count !== count) head.current = { count, spentMs: 0 };

  useEffect(() => {
    if (!isPlaying) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function tick(now) {
      const { events: known, isOver: hasEnd, onMove: move } = latest.current;
      const from = head.current;
      head.current = advance(known, from, Math.max(0, now - before), speed);
      before = now;
      if (head.current.count !== from.count) move(head.current.count);
      if (head.current.count >= known.length && hasEnd) setPlaying(false);
      else frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed]);

  const toggle = () => {
    if (!isPlaying && count >= events.length && isOver) onMove(1);
    setPlaying(!isPlaying);
  };
  const stop = useCallback(() => setPlaying(false), []);
  return { isPlaying, speed, setSpeed, toggle, stop };
}
