/** What the palette offers and which keys do something: registered by whoever is on the page. */
import { useEffect, useSyncExternalStore } from "react";

export interface Command {
  id: string;
  title: string;
  /** Further words to find it by. */
  keywords?: string;
  /** Shown behind the title. */
  detail?: string;
  run: () => void;
}

export interface Shortcut {
  /** One key as `KeyboardEvent.key` names it, `a`, `?` or `Escape`; `Mod+k` is Ctrl or Command. */
  keys: string;
  title: string;
  run: () => void;
  /** Also while a text field has the focus. */
  isGlobal?: boolean;
  /** Of the shell, hence the same on every page. */
  isEverywhere?: boolean;
  /** Not again while the key is held down. */
  isOnce?: boolean;
}

class Registry<T> {
  private groups: readonly (readonly T[])[] = [];
  private all: readonly T[] = [];
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly read = (): readonly T[] => this.all;

  add(group: readonly T[]): () => void {
    this.publish([...this.groups, group]);
    return () => this.publish(this.groups.filter((one) => one !== group));
  }

  private publish(groups: readonly (readonly T[])[]): void {
    this.groups = groups;
    this.all = groups.flat();
    for (const listener of this.listeners) listener();
  }
}

const commands = new Registry<Command>();
const shortcuts = new Registry<Shortcut>();

/** Offers commands while the component is there. Memoise the list (`useMemo`). */
export function useCommands(list: readonly Command[]): void {
  useEffect(() => commands.add(list), [list]);
}

/** Binds keys while the component is there; the newest binding of a key wins. Memoise the list. */
export function useShortcuts(list: readonly Shortcut[]): void {
  useEffect(() => shortcuts.add(list), [list]);
}

export const useAllCommands = () => useSyncExternalStore(commands.subscribe, commands.read);
export const useAllShortcuts = () => useSyncExternalStore(shortcuts.subscribe, shortcuts.read);

/** What takes the keys for itself while it is open. */
const COVERS = '[role="dialog"], [role="menu"], [role="listbox"]:not([hidden])';

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isTextInput =
    target instanceof HTMLInputElement && !["checkbox", "radio", "range"].includes(target.type);
  return isTextInput || target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

function fits(shortcut: Shortcut, event: KeyboardEvent): boolean {
  const isMod = shortcut.keys.startsWith("Mod+");
  const key = isMod ? shortcut.keys.slice("Mod+".length) : shortcut.keys;
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    (event.ctrlKey || event.metaKey) === isMod &&
    !event.altKey
  );
}

/** Listens on the whole page; returns what stops it. */
export function startShortcuts(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const typing = isTyping(event.target);
    const isCovered = document.querySelector(COVERS) !== null;
    const found = shortcuts
      .read()
      .findLast((one) => fits(one, event) && (one.isGlobal || (!typing && !isCovered)));
    if (!found) return;
    event.preventDefault();
    if (event.repeat && found.isOnce) return;
    found.run();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
