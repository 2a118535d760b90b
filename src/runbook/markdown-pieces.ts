/**
 * A long document is read in pieces, because the parser's time grows with the square of the lists in it.
 * A piece ends before a line that can only be a heading of its own: an ATX heading at the first column ends every
 * paragraph, list, quote and table. What it does not end, an open fence or open HTML, makes the piece longer.
 */
import type { RawMarkdown, RawNode, RawPiece } from './markdown-nodes.ts';

const wantedLength = 4 * 1024;

/** @returns lines with their line ends, none of them lost */
export function splitLines(source: string): string[] {
  return source.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

/** Reads `source` piece by piece, and counts lines over all of it. */
export function joinPieces(source: string, read: (piece: string) => RawPiece): RawMarkdown {
  const nodes: RawNode[] = [];
  const labels: string[] = [];
  let start = 0;
  let linesBefore = 0;
  while (start < source.length) {
    const { piece, end } = nextPiece(source, start, read);
    for (const node of piece.nodes) nodes.push(moved(node, linesBefore));
    labels.push(...piece.labels);
    linesBefore += lineEnds(source, start, end);
    start = end;
  }
  return { nodes, labels };
}

function nextPiece(source: string, start: number, read: (piece: string) => RawPiece): { piece: RawPiece; end: number } {
  let from = Math.max(start + wantedLength, start === 0 ? frontMatterEnd(source) : 0);
  for (let length = wantedLength; ; length *= 2) {
    const end = boundary(source, from);
    const piece = read(source.slice(start, end));
    if (end === source.length || !piece.open) return { piece, end };
    // Most likely a comment in a block was taken for a heading. If not, twice as long each time bounds the cost.
    from = length === wantedLength ? afterFence(source, end) : end + length;
  }
}

function afterFence(source: string, from: number): number {
  const closing = /[\r\n][ \t]*(?:`{3,}|~{3,})[ \t]*(?=[\r\n]|$)/g;
  closing.lastIndex = from;
  return closing.exec(source) === null ? source.length : closing.lastIndex;
}

function boundary(source: string, from: number): number {
  if (from >= source.length) return source.length;
  const heading = /(?<=[\r\n])#{1,6}[ \t]/g;
  heading.lastIndex = from;
  return heading.exec(source)?.index ?? source.length;
}

function frontMatterEnd(source: string): number {
  return /^(---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(?:[\s\S]*?[\r\n])?\1[ \t]*(?:\r|\n|$)/.exec(source)?.[0].length ?? 0;
}

function lineEnds(source: string, from: number, to: number): number {
  return source.slice(from, to).match(/\r\n|\r|\n/g)?.length ?? 0;
}

function moved(node: RawNode, by: number): RawNode {
  if (by === 0) return node;
  const line = node.line + by;
  if (node.type === 'heading') return { ...node, line };
  const content = node.content.map((entry) => ({ ...entry, line: entry.line + by }));
  return node.type === 'indented' ? { ...node, line, content } : { ...node, line, content, closedAt: node.closedAt === null ? null : node.closedAt + by };
}
