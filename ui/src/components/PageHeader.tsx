import { type ReactNode, useEffect } from "react";

interface PageHeaderProps {
  /** Heading of the page, and its document's title. */
  title: string;
  /** Shown in place of the title's text. */
  heading?: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · agent-sdk`;
  }, [title]);
}

/** The page's one `h1`; sets the document's title too. */
export function PageHeader({ title, heading, subtitle, actions }: PageHeaderProps) {
  useTitle(title);
  return (
    <header className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-4 py-2.5">
      <div className="min-w-0 grow basis-52">
        <h1 className="truncate text-base font-semibold">{heading ?? title}</h1>
        {subtitle && <div className="text-xs text-muted">{subtitle}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

export function KeyHint({ keys }: { keys: string }) {
  return <kbd className="rounded border border-line bg-raised px-1.5 py-0.5 font-mono text-xs">{keys}</kbd>;
}
