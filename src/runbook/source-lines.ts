/** Which lines count for fidelity. */
import type { LinedText } from './replace.ts';
import { blankComments } from './shell-syntax.ts';

/** File lines of `text` that count for fidelity, ascending, once each: not blank, not only comment (`#!` is one). A `#` in a string or heredoc counts. */
export function sourceLines(text: LinedText): readonly number[] {
  const code = codeLines(text.text);
  return [...new Set(text.textLines.filter((_, index) => code[index] !== ''))].toSorted((a, b) => a - b);
}

/** The first command as written, without comments; empty where there is none. */
export function firstCommand(text: string): string {
  return codeLines(text).find((line) => line !== '') ?? '';
}

/** Each line without its comment and the white space around it. */
function codeLines(text: string): readonly string[] {
  return blankComments(text).split('\n').map((line) => line.trim());
}
