import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  LoaderCircle,
  type LucideIcon,
  RotateCw,
} from "lucide-react";
import type { ReactNode } from "react";
import type { RunStatus } from "@/api/model";
import { cx } from "./classes";

export type Tone = "neutral" | "accent" | "ok" | "warn" | "err" | "info";

const TONES: Record<Tone, string> = {
  neutral: "bg-raised text-text",
  accent: "bg-accent-soft text-accent",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  err: "bg-err-soft text-err",
  info: "bg-info-soft text-info",
};

interface BadgeProps {
  tone?: Tone;
  icon?: ReactNode;
  title?: string;
  className?: string;
  children: ReactNode;
}

export function Badge({ tone = "neutral", icon, title, className, children }: BadgeProps) {
  const look = "inline-flex items-center gap-1 rounded px-1.5 py-0.5 text-xs font-medium whitespace-nowrap";
  return (
    <span title={title} className={cx(look, TONES[tone], className)}>
      {icon}
      {children}
    </span>
  );
}

const STATUSES: Record<RunStatus, { tone: Tone; Icon: LucideIcon; spins?: boolean }> = {
  queued: { tone: "neutral", Icon: CircleDashed },
  running: { tone: "info", Icon: LoaderCircle, spins: true },
  paused: { tone: "warn", Icon: CirclePause },
  retrying: { tone: "warn", Icon: RotateCw },
  completed: { tone: "ok", Icon: CircleCheck },
  failed: { tone: "err", Icon: CircleX },
  canceled: { tone: "neutral", Icon: Ban },
};

/** Status of a run by word, icon and colour; `stopReason` is told in the title. */
export function StatusBadge({
  status,
  stopReason,
}: {
  status: RunStatus;
  stopReason?: string | null | undefined;
}) {
  const { tone, Icon, spins } = STATUSES[status];
  const icon = <Icon size={12} aria-hidden className={spins ? "animate-spin" : undefined} />;
  const title = stopReason ? stopReason.replaceAll("_", " ") : undefined;
  return (
    <Badge tone={tone} icon={icon} {...(title ? { title } : {})}>
      {status}
    </Badge>
  );
}
