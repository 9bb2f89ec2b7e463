/** Two ordered lists side by side: which item of one stands for which of the other. */

export interface Pair<T> {
  a: T | null;
  b: T | null;
}

/** More cells than this are not weighed: items then pair by their place. */
export const CELLS_MAX_COUNT = 1_000_000;

function byPlace<T>(a: readonly T[], b: readonly T[]): Pair<T>[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => ({
    a: a[index] ?? null,
    b: b[index] ?? null,
  }));
}

/**
 * Pairs items so that the sum of their likeness is greatest and both lists keep their order
 * (Needleman and Wunsch with no price on gaps). `likeness` is 0 for what must not pair.
 */
export function align<T>(a: readonly T[], b: readonly T[], likeness: (a: T, b: T) => number): Pair<T>[] {
  const width = b.length + 1;
  if ((a.length + 1) * width > CELLS_MAX_COUNT) return byPlace(a, b);
  // best[i * width + j]: of the items from i and from j on.
  const best = new Float64Array((a.length + 1) * width);
  const at = (i: number, j: number) => best[i * width + j] as number;
  const paired = (i: number, j: number) => {
    const like = likeness(a[i] as T, b[j] as T);
    return like > 0 ? like + at(i + 1, j + 1) : Number.NEGATIVE_INFINITY;
  };
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] = Math.max(paired(i, j), at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: Pair<T>[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const score = at(i, j);
    if (paired(i, j) === score) pairs.push({ a: a[i++] as T, b: b[j++] as T });
    else if (at(i + 1, j) === score) pairs.push({ a: a[i++] as T, b: null });
    else pairs.push({ a: null, b: b[j++] as T });
  }
  while (i < a.length) pairs.push({ a: a[i++] as T, b: null });
  while (j < b.length) pairs.push({ a: null, b: b[j++] as T });
  return pairs;
}
