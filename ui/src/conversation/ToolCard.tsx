import {
  Ban,
  ChevronRight,
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  Hand,
  LoaderCircle,
  type LucideIcon,
} from "lucide-react";
import { memo } from "react";
import { useTools } from "@/api/queries";
import { Badge, type Tone } from "@/components/Badge";
import { cx } from "@/components/classes";
import { Duration } from "@/components/Values";
import type { ToolState, ToolView } from "@/run/view";
import { Elapsed } from "./Elapsed";
import { useKept } from "./kept";
import { ToolDetails } from "./ToolDetails";

const STATES: Record<ToolState, { label: string; tone: Tone; Icon: LucideIcon; spins?: boolean }> = {
  queued: { label: "queued", tone: "neutral", Icon: CircleDashed },
  awaiting_approval: { label: "awaiting approval", tone: "warn", Icon: Hand },
  running: { label: "running", tone: "info", Icon: LoaderCircle, spins: true },
  ok: { label: "ok", tone: "ok", Icon: CircleCheck },
  error: { label: "error", tone: "err", Icon: CircleX },
  denied: { label: "denied", tone: "neutral", Icon: CircleSlash },
  canceled: { label: "canceled", tone: "neutral", Icon: Ban },
};

const OPEN_BY_ITSELF: readonly ToolState[] = ["awaiting_approval", "error"];

interface ToolCardProps {
  tool: ToolView;
  /** Off where a state of the past is shown: no decision is offered, and no clock runs. */
  canDecide?: boolean;
  isSelected?: boolean;
  /** Called with the span's id when the card is opened or closed. */
  onSelect?: (item: string) => void;
}

function Time({ tool, canDecide }: { tool: ToolView; canDecide: boolean }) {
  if (tool.state === "running" && canDecide) return <Elapsed since={tool.executingAt ?? tool.startedAt} />;
  return tool.duration_ms === null ? null : <Duration ms={tool.duration_ms} />;
}

/** One call of a tool: closed while all is well, open where somebody has to look. */
export const ToolCard = memo(function ToolCard({
  tool,
  canDecide = true,
  isSelected = false,
  onSelect,
}: ToolCardProps) {
  const [choice, setChoice] = useKept<boolean | null>(`tool:${tool.id}`, null);
  const info = useTools().data?.data.find((one) => one.name === tool.name);
  const isOpen = choice ?? OPEN_BY_ITSELF.includes(tool.state);
  const { label, tone, Icon, spins } = STATES[tool.state];
  const toggle = () => {
    setChoice(!isOpen);
    onSelect?.(`tool:${tool.id}`);
  };
  return (
    <article
      aria-label={`Tool ${tool.name}: ${label}`}
      className={cx("min-w-0 rounded-md border bg-surface", isSelected ? "border-accent" : "border-line")}
    >
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={toggle}
        className="flex w-full flex-wrap items-center gap-x-2 gap-y-1 rounded-md px-2.5 py-1.5 text-left hover:bg-raised"
      >
        <ChevronRight size={14} aria-hidden className={cx("shrink-0 text-muted", isOpen && "rotate-90")} />
        <span className="font-mono text-xs font-semibold break-all">{tool.name}</span>
        {tool.version && <span className="text-xs text-muted">{tool.version}</span>}
        {info && (
          <span title="What it does to the world" className="text-xs text-muted">
            {info.effects}
          </span>
        )}
        {tool.executions > 1 && <span className="text-xs text-muted">execution {tool.executions}</span>}
        <span className="ml-auto flex items-center gap-2 text-xs text-muted">
          <Time tool={tool} canDecide={canDecide} />
          <Badge
            tone={tone}
            icon={<Icon size={12} aria-hidden className={spins && canDecide ? "animate-spin" : undefined} />}
          >
            {label}
          </Badge>
        </span>
      </button>
      {isOpen && <ToolDetails tool={tool} canDecide={canDecide} />}
    </article>
  );
});
