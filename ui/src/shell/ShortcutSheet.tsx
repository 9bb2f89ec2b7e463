import { Dialog } from "@/components/Dialog";
import { KeyHint } from "@/components/PageHeader";
import { type Shortcut, useAllShortcuts } from "./commands";

const SPOKEN: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  " ": "Space",
};
const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

function written(keys: string): string {
  if (keys.startsWith("Mod+")) return `${isApple ? "⌘" : "Ctrl"} ${keys.slice("Mod+".length).toUpperCase()}`;
  return SPOKEN[keys] ?? keys;
}

function Group({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  if (shortcuts.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      <dl className="grid grid-cols-[4rem_1fr] items-center gap-y-2">
        {shortcuts.map((shortcut) => (
          <div key={`${shortcut.keys} ${shortcut.title}`} className="contents">
            <dt>
              <KeyHint keys={written(shortcut.keys)} />
            </dt>
            <dd>{shortcut.title}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Keys of the page, and those of every page. One that a newer binding hides is left out. */
function effective(all: readonly Shortcut[]): readonly Shortcut[] {
  return all.filter((one) => all.findLast((other) => other.keys === one.keys) === one);
}

export function ShortcutSheet({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const shortcuts = effective(useAllShortcuts());
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <div className="flex flex-col gap-4">
        <Group title="This page" shortcuts={shortcuts.filter((one) => !one.isEverywhere)} />
        <Group title="Every page" shortcuts={shortcuts.filter((one) => one.isEverywhere)} />
      </div>
    </Dialog>
  );
}
