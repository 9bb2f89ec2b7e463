/** A JSON value as rows of a tree. */

export interface JsonRow {
  /** JSON Pointer (RFC 6901). */
  path: string;
  depth: number;
  name: string | null;
  value: unknown;
  /** Number of members; null for what is no container. */
  count: number | null;
  isOpen: boolean;
}

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

function membersOf(value: unknown): [string, unknown][] | null {
  return typeof value === "object" && value !== null ? Object.entries(value) : null;
}

/** Rows in order; `toggled` holds the paths that stand otherwise than `openDepth` says. */
export function jsonRows(root: unknown, openDepth: number, toggled: ReadonlySet<string>): JsonRow[] {
  const rows: JsonRow[] = [];
  const visit = (value: unknown, name: string | null, path: string, depth: number): void => {
    const members = membersOf(value);
    const isOpen = members !== null && members.length > 0 && depth < openDepth !== toggled.has(path);
    rows.push({ path, depth, name, value, count: members?.length ?? null, isOpen });
    if (!isOpen) return;
    for (const [key, member] of members) visit(member, key, `${path}/${escaped(key)}`, depth + 1);
  };
  visit(root, null, "", 0);
  return rows;
}
