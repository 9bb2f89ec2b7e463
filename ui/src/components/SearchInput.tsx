import { Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useShortcuts } from "@/shell/commands";
import { Field, Input } from "./Field";

const TYPING_DELAY_MS = 250;

interface SearchInputProps {
  label: string;
  placeholder?: string;
  value: string;
  /** Called when typing rests. */
  onValueChange: (value: string) => void;
}

/** Words to search for; `/` brings the focus here, Escape clears. */
export function SearchInput({ label, placeholder, value, onValueChange }: SearchInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    const next = text.trim();
    if (next === told.current) return;
    const timer = setTimeout(() => {
      told.current = next;
      onValueChange(next);
    }, TYPING_DELAY_MS);
    return () => clearTimeout(timer);
  }, [text, onValueChange]);
  const shortcuts = useMemo(() => [{ keys: "/", title: label, run: () => input.current?.focus() }], [label]);
  useShortcuts(shortcuts);
  return (
    <Field label={label} hideLabel className="min-w-56 flex-1">
      {(ids) => (
        <div className="relative">
          <Search size={14} aria-hidden className="absolute top-2.25 left-2.5 text-muted" />
          <Input
            {...ids}
            ref={input}
            type="search"
            value={text}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            className="pl-8"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              event.preventDefault();
              if (text) setText("");
              else input.current?.blur();
            }}
          />
        </div>
      )}
    </Field>
  );
}
