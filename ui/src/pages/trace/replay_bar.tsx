import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, Pause, Play } from "lucide-react";
import { type KeyboardEvent, memo, useMemo, useRef } from "react";
import type { RunEvent } from "@/api/events";
import { Button, IconButton } from "@/components/Button";
import { Select } from "@/components/Field";
import { formatDuration } from "@/components/format";
import { useShortcuts } from "@/shell/commands";
import { borderAfter, borderBefore } from "./replay_borders";
import { type Player, SPEEDS } from "./replay_player";

const SPEED_LABELS = { "1x": "1×", "4x": "4×", max: "Max", event: "By event" };

interface BarProps {
  events: readonly RunEvent[];
  borders: readonly number[];
  /** How many events have happened at this place. */
  count: number;
  onMove: (count: number) => void;
  player: Player;
}

/** Marks on the slider, one for each border of a step. */
const Ticks = memo(function Ticks({ borders, last }: { borders: readonly number[]; last: number }) {
  const path = borders.map((border) => `M${border - 1} 0V1`).join("");
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${Math.max(1, last - 1)} 1`}
      preserveAspectRatio="none"
      className="mx-2 block h-2 text-muted"
    >
      <path d={path} stroke="currentColor" strokeWidth={1} vectorEffect="non-scaling-stroke" />
    </svg>
  );
});

function Place({ events, count }: Pick<BarProps, "events" | "count">) {
  const event = events[count - 1];
  if (!event) return null;
  const since = Date.parse(event.time) - Date.parse(events[0]?.time ?? event.time);
  return (
    <p className="flex flex-wrap gap-x-3 text-xs text-muted tabular-nums">
      <span className="font-mono text-text">{event.type}</span>
      <span>
        event {event.seq} of {events.at(-1)?.seq}
      </span>
      {event.step > 0 && <span>step {event.step}</span>}
      <span>+{formatDuration(Math.max(0, since))}</span>
    </p>
  );
}

function useMoves({ events, borders, count, onMove, player }: BarProps) {
  const last = events.length;
  const move = (to: number) => {
    player.stop();
    onMove(Math.min(Math.max(to, 1), last));
  };
  return {
    move,
    eventBack: () => move(count - 1),
    eventOn: () => move(count + 1),
    stepBack: () => move(borderBefore(borders, count)),
    stepOn: () => move(borderAfter(borders, count, last)),
  };
}

type Moves = Record<"toggle" | "eventBack" | "eventOn" | "stepBack" | "stepOn", () => void>;

/** Bound once: what the keys do changes with every frame that is played. */
function useReplayKeys(moves: Moves): void {
  const latest = useRef(moves);
  latest.current = moves;
  const shortcuts = useMemo(
    () => [
      { keys: "p", title: "Play or stop", run: () => latest.current.toggle() },
      { keys: ",", title: "Event before", run: () => latest.current.eventBack() },
      { keys: ".", title: "Next event", run: () => latest.current.eventOn() },
      { keys: "[", title: "Border of a step before", run: () => latest.current.stepBack() },
      { keys: "]", title: "Next border of a step", run: () => latest.current.stepOn() },
    ],
    [],
  );
  useShortcuts(shortcuts);
}

interface TransportProps {
  moves: Moves;
  player: Player;
  isFirst: boolean;
  isLast: boolean;
}

function Transport({ moves, player, isFirst, isLast }: TransportProps) {
  const { toggle, eventBack, eventOn, stepBack, stepOn } = moves;
  return (
    <div className="flex flex-wrap items-center gap-1">
      <IconButton
        label="Border of a step before"
        icon={<ChevronFirst size={16} aria-hidden />}
        disabled={isFirst}
        onClick={stepBack}
      />
      <IconButton
        label="Event before"
        icon={<ChevronLeft size={16} aria-hidden />}
        disabled={isFirst}
        onClick={eventBack}
      />
      <Button
        variant="primary"
        icon={player.isPlaying ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
        onClick={toggle}
      >
        {player.isPlaying ? "Stop" : "Play"}
      </Button>
      <IconButton
        label="Next event"
        icon={<ChevronRight size={16} aria-hidden />}
        disabled={isLast}
        onClick={eventOn}
      />
      <IconButton
        label="Next border of a step"
        icon={<ChevronLast size={16} aria-hidden />}
        disabled={isLast}
        onClick={stepOn}
      />
      <Select
        aria-label="Speed"
        className="ml-1 w-auto!"
        value={player.speed}
        options={SPEEDS.map((value) => ({ value, label: SPEED_LABELS[value] }))}
        onValueChange={(value) => player.setSpeed(SPEEDS.find((one) => one === value) ?? "1x")}
      />
    </div>
  );
}

/** Slider over the journal with its buttons. On the slider PageUp and PageDown go by borders of steps. */
export function ReplayBar(props: BarProps) {
  const { events, borders, count, player } = props;
  const { move, ...steps } = useMoves(props);
  const moves = { ...steps, toggle: player.toggle };
  const event = events[count - 1];
  useReplayKeys(moves);
  const onKey = (pressed: KeyboardEvent) => {
    if (pressed.key === "PageUp") moves.stepOn();
    else if (pressed.key === "PageDown") moves.stepBack();
    else return;
    pressed.preventDefault();
  };
  return (
    <div className="flex flex-col gap-1">
      <Transport moves={moves} player={player} isFirst={count <= 1} isLast={count >= events.length} />
      <div>
        <input
          type="range"
          aria-label="Place in the journal"
          aria-valuetext={event ? `event ${event.seq}, ${event.type}, step ${event.step}` : "no event"}
          min={1}
          max={Math.max(1, events.length)}
          value={Math.max(1, count)}
          onChange={(changed) => move(Number(changed.target.value))}
          onKeyDown={onKey}
          className="block w-full accent-accent"
        />
        <Ticks borders={borders} last={events.length} />
      </div>
      <Place events={events} count={count} />
    </div>
  );
}
