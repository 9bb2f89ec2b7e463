import { CircleX } from "lucide-react";
import { type ApiError, asApiError } from "@/api/client";
import { Button } from "./Button";
import { CopyButton } from "./CopyButton";

/** Everything of an error as text for a bug report. */
export function errorText(error: ApiError): string {
  const lines = [`${error.code}: ${error.title}`, error.detail, error.hint && `hint: ${error.hint}`];
  if (error.requestId) lines.push(`request id: ${error.requestId}`);
  return lines.filter(Boolean).join("\n");
}

export function ErrorDetails({ error }: { error: ApiError }) {
  return (
    <div className="text-xs break-words text-muted">
      {error.detail && error.detail !== error.title && <p className="text-text">{error.detail}</p>}
      {error.hint && <p>{error.hint}</p>}
      <p className="flex flex-wrap items-center gap-x-2 font-mono">
        <span>{error.code}</span>
        {error.requestId && <span>{error.requestId}</span>}
        <CopyButton text={() => errorText(error)} label="Copy the error" />
      </p>
    </div>
  );
}

/** An error in place of contents, with its code, hint and request id. */
export function ErrorNote({ error: thrown, onRetry }: { error: unknown; onRetry?: () => void }) {
  const error = asApiError(thrown);
  return (
    <div role="alert" className="m-4 flex items-start gap-2 rounded-md border border-err bg-surface p-3">
      <CircleX size={16} aria-hidden className="mt-0.5 shrink-0 text-err" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{error.title}</p>
        <ErrorDetails error={error} />
      </div>
      {onRetry && (
        <Button size="sm" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
