/** `lines` of a step: the part of a block that is meant. */
import { isShell, marksOf, sha256 } from './blocks.ts';
import type { Block, ReferenceProblem } from './types.ts';

/** The part of a block that `lines` (`80` or `80-82`, the file's, inclusive) names: a block with that text, `line` and marks of its own. */
export function blockLines(block: Block, lines: string): Block | ReferenceProblem {
  const inside = `${block.line + 1}-${block.endLine - 1}`;
  const range = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(lines);
  if (range === null) return nothing(`${JSON.stringify(lines)} is neither a line (80) nor lines (80-82)`, inside);
  const first = Number(range[1]);
  const last = Number(range[2] ?? range[1]);
  if (first > last) return nothing(`lines ${lines} end before they begin`, `${last}-${first}`);
  if (first <= block.line || last >= block.endLine) return nothing(`lines ${lines} are not all inside the block ${block.reference}, which has lines ${inside} of ${block.file}`, inside);
  return excerpt(block, first, last) ?? nothing(`lines ${lines} of ${block.file} are output, not commands`, inside);
}

function excerpt(block: Block, first: number, last: number): Block | null {
  const all = block.text.split('\n');
  const kept = block.textLines.flatMap((line, index) => (line >= first && line <= last ? [{ line, text: all[index] ?? '' }] : []));
  if (kept.length === 0) return null;
  const text = kept.map((entry) => entry.text).join('\n');
  const marks = [...marksOf(text, isShell(block)), ...block.marks.filter((mark) => mark === 'broken-fence')];
  return { ...block, line: first, endLine: last, text, textLines: kept.map((entry) => entry.line), marks, sha256: sha256(text) };
}

function nothing(message: string, candidate: string): ReferenceProblem {
  return { problem: 'nothing', message, candidates: [candidate] };
}
