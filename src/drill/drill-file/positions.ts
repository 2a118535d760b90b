/** Where the keys and values of a YAML file stand. */
import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

export type Path = readonly PropertyKey[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Positions in one file. What is not there is told at the nearest thing around it that is. */
export interface Positions {
  /** Of the value at a path. */
  value(path: Path): Position;
  /** Of the key that leads to a path; of the entry, in a list. */
  key(path: Path): Position;
  /** File line of each line of the text at a path. */
  textLines(path: Path): readonly number[];
}

export function positionsOf(document: Document, counter: LineCounter): Positions {
  const at = (node: Node | null | undefined): Position | null => {
    const offset = node?.range?.[0];
    if (offset === undefined) return null;
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const start: Position = { line: 1, column: 1 };
  const value = (path: Path): Position => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = find(document, path.slice(0, length));
      // What is missing in a mapping is told at the mapping's key, where a reader looks for it.
      const position = length === path.length ? (at(found?.value) ?? at(found?.key)) : (at(found?.key) ?? at(found?.value));
      if (position !== null) return position;
    }
    return start;
  };
  const key = (path: Path): Position => {
    const found = find(document, path);
    return at(found?.key) ?? at(found?.value) ?? value(path);
  };
  const textLines = (path: Path): readonly number[] => {
    const node = find(document, path)?.value;
    const first = value(path).line;
    if (!isScalar(node) || typeof node.value !== 'string') return [first];
    const lines = node.value.split('\n');
    // Only a literal block keeps its lines; its first one follows the header.
    return lines.map((_, index) => (node.type === 'BLOCK_LITERAL' ? first + 1 + index : first));
  };
  return { value, key, textLines };
}

interface Found {
  readonly key: Node | null;
  readonly value: Node | null;
}

function find(document: Document, path: Path): Found | null {
  let found: Found = { key: null, value: isNode(document.contents) ? document.contents : null };
  for (const part of path) {
    const container = isAlias(found.value) ? (found.value.resolve(document) ?? null) : found.value;
    const next = isMap(container) ? pairOf(container.items, String(part)) : isSeq(container) ? entryOf(container.items, Number(part)) : null;
    if (next === null) return null;
    found = next;
  }
  return found;
}

function pairOf(pairs: readonly Pair[], name: string): Found | null {
  for (const { key, value } of pairs) {
    if (isScalar(key) && String(key.value) === name) return { key, value: isNode(value) ? value : null };
  }
  return null;
}

function entryOf(items: readonly unknown[], index: number): Found | null {
  const item = items[index];
  return isNode(item) && !isPair(item) ? { key: null, value: item } : null;
}
