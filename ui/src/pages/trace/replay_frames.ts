/** The state of a run at any place of its journal, fast enough to scrub through thousands of events. */
import type { RunEvent } from "@/api/events";
import { foldEvents } from "@/run/fold";
import { EMPTY_RUN, type RunView } from "@/run/view";

/** A view is kept every so many events: no place is further from a kept one. */
export const CHECKPOINT_EVERY_COUNT = 200;

interface Frame {
  /** How many events it has seen. */
  count: number;
  view: RunView;
}

/** Views of one run's journal, which may only grow. */
export class Frames {
  private readonly kept: RunView[] = [EMPTY_RUN];
  private recent: Frame = { count: 0, view: EMPTY_RUN };

  /** The view after the first `count` events. Folds at most `CHECKPOINT_EVERY_COUNT` events at a place that was passed before. */
  at(events: readonly RunEvent[], count: number): RunView {
    const wanted = Math.max(0, Math.min(count, events.length));
    const near = Math.floor(wanted / CHECKPOINT_EVERY_COUNT);
    while (this.kept.length <= near) this.keepNext(events);
    const mark = { count: near * CHECKPOINT_EVERY_COUNT, view: this.kept[near] as RunView };
    // Playing goes on from the frame before, which is nearer than the checkpoint.
    const isNearer = this.recent.count <= wanted && this.recent.count > mark.count;
    const from = isNearer ? this.recent : mark;
    this.recent = { count: wanted, view: foldEvents(from.view, events.slice(from.count, wanted)) };
    return this.recent.view;
  }

  private keepNext(events: readonly RunEvent[]): void {
    const from = (this.kept.length - 1) * CHECKPOINT_EVERY_COUNT;
    const view = this.kept.at(-1) as RunView;
    this.kept.push(foldEvents(view, events.slice(from, from + CHECKPOINT_EVERY_COUNT)));
  }
}

/** How many events stand at or before `seq`, which may have gaps where retention took deltas away. */
export function countUntil(events: readonly RunEvent[], seq: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as RunEvent).seq <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
