/** Where a piece of a block's syntax stands, in lines of the block. */
import type { Range } from './syntax.ts';

/** The text that offsets of a subtree count in. A string that bash runs is a text of its own inside the other. */
export interface Source {
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly firstLine: number;
  /** Where the string stands in the outermost text; null for that text itself. */
  readonly at: Range | null;
}

/** @param firstLine the block's line that the text begins in. */
export function sourceOf(text: string, firstLine: number, at: Range | null): Source {
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  return { text, lineStarts, firstLine, at };
}

/** The block's line of an offset in the text. */
export function lineAt(source: Source, pos: number): number {
  let line = source.lineStarts.length;
  while (line > 1 && (source.lineStarts[line - 1] ?? 0) > pos) line -= 1;
  return source.firstLine + line - 1;
}
