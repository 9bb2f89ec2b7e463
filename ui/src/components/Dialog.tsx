import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./Button";
import { cx } from "./classes";

interface PanelProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence; spoken with the title. */
  description?: string;
  children: ReactNode;
  /** Buttons at the end. */
  footer?: ReactNode;
}

/** What is asked for gets the focus, before the button that closes. */
function focusField(event: Event): void {
  const panel = event.currentTarget;
  const wanted = "textarea, input:not([type=checkbox], [type=radio], [type=range])";
  const field = panel instanceof HTMLElement ? panel.querySelector<HTMLElement>(wanted) : null;
  if (!field) return;
  event.preventDefault();
  field.focus();
}

function Panel({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  className,
}: PanelProps & { className: string }) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Radix.Content
          className={cx("fixed z-50 flex flex-col border border-line bg-surface shadow-xl", className)}
          onOpenAutoFocus={focusField}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <header className="flex items-start gap-2 border-b border-line px-4 py-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" size="sm" icon={<X size={16} aria-hidden />} />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-auto p-4">{children}</div>
          {footer && (
            <footer className="flex justify-end gap-2 border-t border-line px-4 py-3">{footer}</footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function Dialog({ wide = false, ...props }: PanelProps & { wide?: boolean }) {
  const place = "top-[10vh] left-1/2 max-h-[80vh] w-[calc(100vw-2rem)] -translate-x-1/2 rounded-lg";
  return <Panel {...props} className={cx(place, wide ? "max-w-3xl" : "max-w-lg")} />;
}

export function Sheet({ side = "right", ...props }: PanelProps & { side?: "left" | "right" }) {
  const place = side === "left" ? "left-0" : "right-0";
  return <Panel {...props} className={cx("inset-y-0 w-[min(26rem,90vw)]", place)} />;
}
