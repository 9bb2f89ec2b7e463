/** Light, dark, or what the system says; on `<html data-theme>`. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

const STORAGE_NAME = "agent-sdk.theme";
const darkSystem = window.matchMedia?.("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const isTheme = (value: string | null): value is Theme => THEMES.some((theme) => theme === value);
const stored = localStorage.getItem(STORAGE_NAME);
let current: Theme = isTheme(stored) ? stored : "system";

function apply(): void {
  const isDark = current === "dark" || (current === "system" && darkSystem?.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

export function startTheme(): void {
  darkSystem?.addEventListener("change", apply);
  apply();
}

export function setTheme(theme: Theme): void {
  current = theme;
  localStorage.setItem(STORAGE_NAME, theme);
  apply();
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
