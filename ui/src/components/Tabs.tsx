import { Tabs as Radix } from "radix-ui";
import { type ReactNode, useEffect, useRef } from "react";

export interface TabItem {
  value: string;
  label: ReactNode;
  /** Rendered only while it is chosen. */
  content: ReactNode;
}

interface TabsProps {
  /** Spoken name of the row of tabs. */
  label: string;
  items: readonly TabItem[];
  value: string;
  onValueChange: (value: string) => void;
}

export function Tabs({ label, items, value, onValueChange }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  // On a narrow page the row of tabs scrolls: the chosen one shall be in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another value is another tab
  useEffect(() => {
    const chosen = list.current?.querySelector('[data-state="active"]');
    chosen?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [value]);
  return (
    <Radix.Root value={value} onValueChange={onValueChange} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <Radix.List
        ref={list}
        aria-label={label}
        className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-2"
      >
        {items.map((item) => (
          <Radix.Trigger
            key={item.value}
            value={item.value}
            className="border-b-2 border-transparent px-3 py-2 whitespace-nowrap text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
          >
            {item.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {items.map((item) => (
        <Radix.Content key={item.value} value={item.value} className="min-h-0 flex-1 overflow-auto">
          {item.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
