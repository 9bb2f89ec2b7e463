import type { ComponentProps, ReactNode } from "react";
import { cx } from "./classes";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent border-transparent hover:opacity-90",
  secondary: "bg-surface text-text border-line hover:bg-raised",
  ghost: "bg-transparent text-text border-transparent hover:bg-raised",
  danger: "bg-err-soft text-err border-err hover:opacity-90",
};

const SIZES = { sm: "h-7 px-2 text-xs", md: "h-8 px-3" };
const SQUARE = { sm: "size-7", md: "size-8" };

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: ButtonVariant;
  size?: "sm" | "md";
  icon?: ReactNode;
  /** Shows that it is at work, and takes no second click. */
  busy?: boolean;
  /** As wide as high, for an icon alone. */
  isSquare?: boolean;
}

export function Button({
  variant = "secondary",
  size = "md",
  icon,
  busy,
  isSquare = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={cx(
        "inline-flex items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap disabled:opacity-60",
        isSquare ? SQUARE[size] : SIZES[size],
        VARIANTS[variant],
        className,
      )}
    >
      {icon}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon" | "isSquare"> {
  /** Spoken, and shown as a tooltip. */
  label: string;
  icon: ReactNode;
}

export function IconButton({
  label,
  icon,
  size = "md",
  className,
  variant = "ghost",
  ...rest
}: IconButtonProps) {
  return (
    <Button
      {...rest}
      size={size}
      variant={variant}
      aria-label={label}
      title={label}
      className={className}
      isSquare
    >
      {icon}
    </Button>
  );
}
