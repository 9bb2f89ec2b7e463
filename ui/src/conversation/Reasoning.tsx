import { Brain, ChevronRight } from "lucide-react";
import { formatDuration } from "@/components/format";
import { Markdown } from "@/components/Markdown";
import { useKept } from "./kept";

interface ReasoningProps {
  id: string;
  text: string;
  isStreaming: boolean;
  /** How long it took, where that is known. */
  duration_ms: number | null;
}

function labelOf({ isStreaming, duration_ms }: ReasoningProps): string {
  if (isStreaming) return "Reasoning…";
  return duration_ms === null ? "Reasoning" : `Reasoned for ${formatDuration(duration_ms)}`;
}

/** What a model thought before it spoke: closed until asked for. */
export function Reasoning(props: ReasoningProps) {
  const { id, text, isStreaming } = props;
  const [isOpen, setOpen] = useKept(`reasoning:${id}`, false);
  return (
    <div className="mb-1.5 text-muted">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="inline-flex items-center gap-1 rounded text-xs hover:text-text"
      >
        <ChevronRight size={12} aria-hidden className={isOpen ? "rotate-90" : undefined} />
        <Brain size={12} aria-hidden className={isStreaming ? "animate-pulse" : undefined} />
        {labelOf(props)}
      </button>
      {isOpen && (
        <div className="mt-1 border-l-2 border-line pl-3">
          <Markdown text={text} isStreaming={isStreaming} />
        </div>
      )}
    </div>
  );
}
