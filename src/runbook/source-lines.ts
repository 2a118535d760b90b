import type { LinedText } from './replace.ts';

/** File lines of `text` that count for fidelity, once each: not blank, not only comment. */
export function sourceLines(text: LinedText): readonly number[] {
  throw new Error(`not written yet: ${text.text}`);
}
