/** State of rows that outlives them: a row that scrolls away is unmade, and made anew when it comes back. */
import { createContext, useContext, useState } from "react";

export const KeptStates = createContext<Map<string, unknown>>(new Map());

/** As `useState`, kept under `key` for as long as the conversation is there. */
export function useKept<T>(key: string, initial: T): [T, (value: T) => void] {
  const states = useContext(KeptStates);
  const [value, setValue] = useState<T>(() => (states.has(key) ? (states.get(key) as T) : initial));
  const keep = (next: T) => {
    states.set(key, next);
    setValue(next);
  };
  return [value, keep];
}
