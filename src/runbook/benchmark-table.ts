/** The benchmark table in a runbook: what stands between its two markers, and nothing else of the file. */
import { readMarkdown } from './markdown.ts';

const opening = /<!--[ \t]*drill:benchmark[ \t]*-->/;
const closing = /<!--[ \t]*\/drill:benchmark[ \t]*-->/;

/** Where a table stands. Offsets count bytes. */
export interface TablePlace {
  /** Right behind the opening marker, and right before the closing one. */
  readonly start: number;
  readonly end: number;
  /** Of the opening marker, counted from 1. */
  readonly line: number;
  /** What every line of the table begins with: indentation of a list, the mark of a quote. */
  readonly prefix: string;
  readonly lineEnd: string;
}

export interface TableProblem {
  readonly line: number;
  readonly message: string;
}

interface Marker {
  readonly kind: 'opening' | 'closing';
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly before: string;
}

/** Null where the runbook has no markers. Markers that are shown in code are none. */
export function findTable(runbook: Buffer, options: { readonly mdx: boolean } = { mdx: false }): TablePlace | TableProblem | null {
  // One character a byte: every offset is the file's, whatever its other lines hold.
  const text = runbook.toString('latin1');
  const markers = markersOf(text, codeLines(runbook.toString('utf8'), options));
  const [first, second, third] = markers;
  if (first === undefined) return null;
  if (first.kind === 'closing') return { line: first.line, message: 'a benchmark table ends here that never began' };
  if (second === undefined) return { line: first.line, message: 'the benchmark table that begins here has no end' };
  if (second.kind === 'opening') return { line: second.line, message: `a second benchmark table begins here, inside the one of line ${first.line}` };
  if (third !== undefined) return { line: third.line, message: `a second benchmark table begins here; the first stands in line ${first.line}` };
  const lineEnd = /\r\n|\n|\r/.exec(text.slice(first.end))?.[0] ?? /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  // Text before a marker that stands in a line of its own: of a list's first line only its width counts.
  const prefix = /^[ \t>]*$/.test(first.before) ? first.before : first.before.replaceAll(/[^\t>]/g, ' ');
  return { start: first.end, end: second.start, line: first.line, prefix, lineEnd };
}

function markersOf(text: string, code: ReadonlySet<number>): readonly Marker[] {
  const markers: Marker[] = [];
  let offset = 0;
  for (const [index, whole] of text.split(/(?<=\r\n|\n|\r(?!\n))/).entries()) {
    if (!code.has(index + 1)) markers.push(...markersIn(whole, index + 1, offset));
    offset += whole.length;
  }
  return markers;
}

function markersIn(text: string, line: number, offset: number): readonly Marker[] {
  return ([[opening, 'opening'], [closing, 'closing']] as const)
    .flatMap(([pattern, kind]) =>
      [...text.matchAll(new RegExp(pattern, 'g'))].map((match) => ({ kind, line, start: offset + match.index, end: offset + match.index + match[0].length, before: text.slice(0, match.index).replace(/^\u00EF\u00BB\u00BF/, '') })),
    )
    .filter(({ before }) => !before.includes('`'))
    .toSorted((a, b) => a.start - b.start);
}

function codeLines(source: string, options: { readonly mdx: boolean }): ReadonlySet<number> {
  const { nodes } = readMarkdown(source.replace(/^\uFEFF/, ''), options);
  return new Set(
    nodes.flatMap((node) => {
      if (node.type === 'heading') return [];
      const lines = node.content.map(({ line }) => line);
      return node.type === 'fence' ? [node.line, ...lines] : lines;
    }),
  );
}

/** Lines of the table that stands there, without what nests it; empty lines left out. */
export function tableLines(runbook: Buffer, { start, end, prefix }: TablePlace): readonly string[] {
  const lines = runbook.subarray(start, end).toString('utf8').split(/\r\n|\n|\r/);
  return lines.map((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : line.replace(/^[ \t>]*/, '')).trim()).filter((line) => line !== '');
}

/**
 * The runbook with these lines as its table. The same bytes where it has them already, whatever a formatter
 * has made of their white space and rules.
 */
export function withTable(runbook: Buffer, place: TablePlace, table: readonly string[]): Buffer {
  if (isSameTable(tableLines(runbook, place), table)) return runbook;
  const { start, end, prefix, lineEnd } = place;
  const text = `${lineEnd}${table.map((line) => `${prefix}${line}${lineEnd}`).join('')}${prefix}`;
  return Buffer.concat([runbook.subarray(0, start), Buffer.from(text, 'utf8'), runbook.subarray(end)]);
}

function isSameTable(one: readonly string[], other: readonly string[]): boolean {
  return bare(one) === bare(other);
}

const bare = (lines: readonly string[]): string => lines.map((line) => rowCells(line).map((cell) => cell.replace(/^(:?)-+(:?)$/, '$1-$2')).join('|')).join('\n');

/** Cells of a row, as Markdown. */
export const rowCells = (line: string): readonly string[] =>
  line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
