import type { ReactNode } from "react";
import { CopyButton } from "./CopyButton";

interface EmptyStateProps {
  title: string;
  text?: ReactNode;
  /** The exact next command. */
  command?: string;
  action?: ReactNode;
}

export function EmptyState({ title, text, command, action }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-12 text-center">
      <p className="text-base font-semibold">{title}</p>
      {text && <p className="text-muted">{text}</p>}
      {command && (
        <p className="flex max-w-full items-center gap-1 rounded-md border border-line bg-surface py-1 pr-1 pl-3">
          <code className="min-w-0 overflow-x-auto text-left font-mono text-xs">{command}</code>
          <CopyButton text={command} label="Copy the command" />
        </p>
      )}
      {action}
    </div>
  );
}
