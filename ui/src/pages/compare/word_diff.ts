/** The difference of two texts by words; of long ones by lines. */

export interface Chunk {
  kind: "same" | "added" | "removed";
  text: string;
}

/** Cells of the table of common subsequences: 4 bytes each. */
export const CELLS_MAX_COUNT = 500_000;

/** Blanks, numbers with their points, words, signs. */
const WORDS = /\s+|\p{N}+(?:[.,:]\p{N}+)*(?![\p{L}_])|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
const LINES = /[^\n]*\n|[^\n]+$/g;

const split = (text: string, pattern: RegExp): string[] => text.match(pattern) ?? [];

function push(chunks: Chunk[], kind: Chunk["kind"], text: string): void {
  if (text === "") return;
  const last = chunks.at(-1);
  if (last?.kind === kind) last.text += text;
  else chunks.push({ kind, text });
}

/** By the longest common subsequence; null when the table would be too big. */
function byCommon(a: readonly string[], b: readonly string[]): Chunk[] | null {
  const width = b.length + 1;
  if ((a.length + 1) * width > CELLS_MAX_COUNT) return null;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const chunks: Chunk[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(chunks, "same", a[i++] as string);
      j++;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      push(chunks, "removed", a[i++] as string);
    } else {
      push(chunks, "added", b[j++] as string);
    }
  }
  return phrased(chunks);
}

function middleOf(a: string, b: string): Chunk[] {
  const found = byCommon(split(a, WORDS), split(b, WORDS)) ?? byCommon(split(a, LINES), split(b, LINES));
  if (found) return found;
  const chunks: Chunk[] = [];
  push(chunks, "removed", a);
  push(chunks, "added", b);
  return chunks;
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count++;
  return count;
}

/** A blank or a comma that two changed phrases happen to share. */
const STRAY = /^[^\p{L}\p{N}\n]{1,3}$/u;

/** Makes one removal and one addition of changes that only strays stand between: phrases read better than words. */
function phrased(chunks: readonly Chunk[]): Chunk[] {
  const phrases: Chunk[] = [];
  let [removed, added] = ["", ""];
  const close = () => {
    push(phrases, "removed", removed);
    push(phrases, "added", added);
    [removed, added] = ["", ""];
  };
  for (const [index, { kind, text }] of chunks.entries()) {
    const isBetween = index > 0 && index < chunks.length - 1;
    const isSame = kind === "same" && !(isBetween && STRAY.test(text));
    if (isSame) {
      close();
      push(phrases, "same", text);
      continue;
    }
    if (kind !== "added") removed += text;
    if (kind !== "removed") added += text;
  }
  close();
  return phrases;
}

/** Joined without `removed` the chunks are `b`, without `added` they are `a`. */
export function wordDiff(a: string, b: string): Chunk[] {
  const [before, after] = [split(a, WORDS), split(b, WORDS)];
  const start = commonStart(before, after);
  const end = commonStart(before.slice(start).reverse(), after.slice(start).reverse());
  const chunks: Chunk[] = [];
  push(chunks, "same", before.slice(0, start).join(""));
  const middle = (words: readonly string[]) => words.slice(start, words.length - end).join("");
  for (const { kind, text } of middleOf(middle(before), middle(after))) push(chunks, kind, text);
  push(chunks, "same", before.slice(before.length - end).join(""));
  return chunks;
}
