/** How each kind of item looks: by icon, word and pattern, so that colour is never all. */
import {
  ArrowRightLeft,
  Ban,
  CircleCheck,
  CirclePause,
  CircleX,
  Clock,
  Hourglass,
  Layers,
  LoaderCircle,
  type LucideIcon,
  MessageSquareText,
  ShieldQuestion,
  Unplug,
  Users,
  Workflow,
  Wrench,
} from "lucide-react";
import type { Item, ItemKind } from "./outline";

export interface KindLook {
  label: string;
  Icon: LucideIcon;
  /** Classes of its bar in the waterfall. */
  bar: string;
}

export const KINDS: Record<ItemKind, KindLook> = {
  run: { label: "Run", Icon: Workflow, bar: "border border-muted bg-raised" },
  step: { label: "Step", Icon: Layers, bar: "border border-muted bg-surface" },
  model: { label: "Model call", Icon: MessageSquareText, bar: "border border-accent bg-accent" },
  tool: {
    label: "Tool",
    Icon: Wrench,
    bar: "border border-info bg-[repeating-linear-gradient(90deg,var(--info)_0_4px,var(--info-soft)_4px_6px)]",
  },
  subagent: {
    label: "Subagent",
    Icon: Users,
    bar: "border border-ok bg-[repeating-linear-gradient(0deg,var(--ok)_0_2px,var(--ok-soft)_2px_5px)]",
  },
  handoff: { label: "Handoff", Icon: ArrowRightLeft, bar: "border border-accent bg-accent-soft" },
  approval: {
    label: "Approval",
    Icon: ShieldQuestion,
    bar: "border border-warn bg-[repeating-linear-gradient(45deg,var(--warn)_0_2px,var(--warn-soft)_2px_7px)]",
  },
  pause: {
    label: "Pause",
    Icon: CirclePause,
    bar: "border border-dashed border-warn bg-[repeating-linear-gradient(135deg,var(--warn)_0_1px,transparent_1px_7px)]",
  },
  queue: {
    label: "Queue",
    Icon: Hourglass,
    bar: "border border-dashed border-muted bg-[repeating-linear-gradient(90deg,var(--muted)_0_1px,transparent_1px_6px)]",
  },
  gap: {
    label: "Lost time",
    Icon: Unplug,
    bar: "border border-dashed border-err bg-[repeating-linear-gradient(45deg,var(--err)_0_1px,transparent_1px_5px)]",
  },
};

/** Time in which the run does nothing; it is shaded through all rows. */
export const IDLE_KINDS: readonly ItemKind[] = ["queue", "pause", "gap"];

const STATES: Record<Item["state"], { label: string; Icon: LucideIcon; tone: string }> = {
  running: { label: "running", Icon: LoaderCircle, tone: "text-info animate-spin" },
  ok: { label: "ok", Icon: CircleCheck, tone: "text-ok" },
  error: { label: "failed", Icon: CircleX, tone: "text-err" },
  canceled: { label: "canceled", Icon: Ban, tone: "text-muted" },
  waiting: { label: "waiting", Icon: Clock, tone: "text-warn" },
};

export function StateIcon({ state }: { state: Item["state"] }) {
  const { label, Icon, tone } = STATES[state];
  return (
    <span title={label} className="shrink-0">
      <Icon size={13} aria-hidden className={tone} />
      <span className="sr-only">{label}</span>
    </span>
  );
}

export function KindIcon({ kind }: { kind: ItemKind }) {
  const { label, Icon } = KINDS[kind];
  return (
    <span title={label} className="shrink-0 text-muted">
      <Icon size={14} aria-hidden />
      <span className="sr-only">{label}</span>
    </span>
  );
}
