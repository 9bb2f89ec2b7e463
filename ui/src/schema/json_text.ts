/** JSON that somebody types. */

/** Text that is no JSON (yet): it takes the place of the value, so that nothing is sent in its stead. */
export class BrokenJson {
  readonly text: string;
  readonly problem: string;

  constructor(text: string, problem: string) {
    this.text = text;
    this.problem = problem;
  }

  /** Where it stands inside of a value that is shown as JSON. */
  toJSON(): string {
    return this.text;
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return new BrokenJson(text, error instanceof Error ? error.message : String(error));
  }
}

/** A value as text to edit; nothing for no value. */
export function jsonText(value: unknown): string {
  if (value instanceof BrokenJson) return value.text;
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}

/** Whether a value holds an integer that a JavaScript number may have changed as it was read (RFC 8259, section 6). */
export function hasUnsafeInteger(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== "object" || value === null || value instanceof BrokenJson) return false;
  return Object.values(value).some(hasUnsafeInteger);
}
