import { CircleCheck, CircleX } from "lucide-react";
import { ApiError } from "@/api/client";
import type { RunError, ToolTrial } from "@/api/model";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { ErrorNote } from "@/components/ErrorNote";
import { JsonTree } from "@/components/JsonTree";
import { Duration, RelativeTime } from "@/components/Values";
import type { Args, Trial } from "./trials";

const text = (value: unknown) => (typeof value === "string" ? value : null);

function Attachment({ part }: { part: Record<string, unknown> }) {
  const type = text(part.media_type) ?? "application/octet-stream";
  const data = text(part.data);
  const address = data ? `data:${type};base64,${data}` : text(part.url);
  const name = text(part.name) ?? type;
  if (!address) return null;
  if (part.type === "image" && data) {
    return (
      <img
        src={address}
        alt={`Returned by the tool: ${name}`}
        className="max-h-80 max-w-full rounded border border-line"
      />
    );
  }
  // Only bytes and the web: any other address could be made to run something.
  if (!data && !/^https?:/i.test(address)) return <code className="break-all">{address}</code>;
  return (
    <a
      href={address}
      {...(data ? { download: name } : { target: "_blank", rel: "noopener noreferrer" })}
      className="text-accent underline"
    >
      {name}
    </a>
  );
}

const asError = ({ code, message, hint }: RunError) =>
  new ApiError({ status: 0, code, title: message, detail: "", hint: hint ?? null });

function Result({ id, trial }: { id: number; trial: ToolTrial }) {
  if (trial.error) return <ErrorNote error={asError(trial.error)} />;
  const { result, attachments = [] } = trial;
  return (
    <div className="flex flex-col gap-2">
      {typeof result === "string" ? (
        <div className="relative">
          <div className="absolute top-0 right-0">
            <CopyButton text={result} label="Copy the result" />
          </div>
          <pre className="pr-8 font-mono text-xs break-words whitespace-pre-wrap">{result}</pre>
        </div>
      ) : result === null || result === undefined ? (
        attachments.length === 0 && <p className="text-muted">It returned nothing.</p>
      ) : (
        <JsonTree value={result} label={`Result of try ${id}`} />
      )}
      {attachments.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one result never move
        <Attachment key={index} part={part} />
      ))}
    </div>
  );
}

const OK = (
  <Badge tone="ok" icon={<CircleCheck size={12} aria-hidden />}>
    ok
  </Badge>
);
const FAILED = (
  <Badge tone="err" icon={<CircleX size={12} aria-hidden />}>
    failed
  </Badge>
);
const REFUSED = (
  <Badge tone="warn" icon={<CircleX size={12} aria-hidden />}>
    refused
  </Badge>
);

/** One try: what was sent, and what came of it. */
function TrialView({
  trial,
  isOpen,
  onReuse,
}: {
  trial: Trial;
  isOpen: boolean;
  onReuse: (args: Args) => void;
}) {
  const { outcome, refusal, args } = trial;
  const badge = outcome ? (outcome.ok ? OK : FAILED) : REFUSED;
  return (
    <details open={isOpen} className="rounded-md border border-line bg-surface">
      <summary className="px-3 py-2">
        <span className="inline-flex w-[calc(100%-1.25rem)] items-center gap-2 align-middle">
          {badge}
          {outcome && <Duration ms={outcome.duration_ms} />}
          <code className="min-w-0 flex-1 truncate font-mono text-xs text-muted">{JSON.stringify(args)}</code>
          <span className="text-xs text-muted">
            <RelativeTime time={trial.at} />
          </span>
        </span>
      </summary>
      <div className="flex flex-col gap-3 border-t border-line p-3">
        {outcome && <Result id={trial.id} trial={outcome} />}
        {refusal && <ErrorNote error={refusal} />}
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <h4 className="text-xs text-muted">Arguments</h4>
            <JsonTree value={args} label={`Arguments of try ${trial.id}`} openDepth={1} />
          </div>
          <Button size="sm" onClick={() => onReuse(args)}>
            Use again
          </Button>
        </div>
      </div>
    </details>
  );
}

export function TrialList({ trials, onReuse }: { trials: readonly Trial[]; onReuse: (args: Args) => void }) {
  if (trials.length === 0) return null;
  return (
    <section aria-label="Tries of this visit" aria-live="polite" className="flex flex-col gap-2">
      <h3 className="text-xs font-medium text-muted">Tries of this visit</h3>
      {trials.map((trial, index) => (
        // Only the newest is open by itself.
        <TrialView key={trial.id} trial={trial} isOpen={index === 0} onReuse={onReuse} />
      ))}
    </section>
  );
}
