import type { ReactNode } from "react";
import { Link } from "wouter";
import { cx } from "./classes";

interface LinkButtonProps {
  href: string;
  icon?: ReactNode;
  isPrimary?: boolean;
  children: ReactNode;
}

/** A link that looks like a button, for what leads to another page. */
export function LinkButton({ href, icon, isPrimary = false, children }: LinkButtonProps) {
  return (
    <Link
      href={href}
      className={cx(
        "relative inline-flex h-8 items-center gap-1.5 rounded-md border px-3 font-medium whitespace-nowrap",
        isPrimary
          ? "border-transparent bg-accent text-on-accent hover:opacity-90"
          : "border-line bg-surface hover:bg-raised",
      )}
    >
      {icon}
      {children}
    </Link>
  );
}
