import type { ReactNode } from "react";

interface FailureNoteProps {
  error: { code: string; message: string; hint?: string | null; retryable?: boolean | undefined };
  /** Behind the code. */
  children?: ReactNode;
}

/** What made a run or one of its tools fail, as its journal tells it. */
export function FailureNote({ error, children }: FailureNoteProps) {
  return (
    <div className="rounded-md border border-err bg-err-soft px-3 py-2 text-text">
      <p className="break-words whitespace-pre-wrap">{error.message}</p>
      {error.hint && <p className="text-xs break-words">{error.hint}</p>}
      <p className="flex flex-wrap items-center gap-x-2 text-xs">
        <code className="font-mono text-err">{error.code}</code>
        {error.retryable && <span>may be tried again</span>}
        {children}
      </p>
    </div>
  );
}
