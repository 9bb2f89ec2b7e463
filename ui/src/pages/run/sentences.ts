/** Cuts growing text into what a screen reader may say: whole sentences. */

const END = /[.!?:;]["')\]]*\s|\n/g;
const SAID_MAX_CHARS = 400;

/** Where the last whole sentence of `text` ends, behind `from`; `from` where none has ended yet. */
export function sentenceEnd(text: string, from: number): number {
  END.lastIndex = from;
  let end = from;
  for (let found = END.exec(text); found; found = END.exec(text)) end = END.lastIndex;
  return end;
}

/** Marks of markdown are not spoken; of a long piece, its begin. */
export function spoken(text: string): string {
  const plain = text
    .replace(/[*_`#>|]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return plain.length > SAID_MAX_CHARS ? `${plain.slice(0, SAID_MAX_CHARS)} …` : plain;
}
