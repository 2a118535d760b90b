/** `replace` of a scenario: what the drill file puts in place of the runbook's words. */

/** Text with the file line of each of its lines: a `Block`, a `Quote`. */
export interface LinedText {
  readonly text: string;
  readonly textLines: readonly number[];
}

/** One hit of a key: where, and the whole lines that it touched, before and after. */
export interface Substitution {
  readonly key: string;
  readonly value: string;
  /** File line where the key began. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export interface Replaced extends LinedText {
  readonly substitutions: readonly Substitution[];
  /** File lines that a key touched, ascending, once each. */
  readonly touchedLines: readonly number[];
}

/** Literal, longest key first, one pass: what was put in is not looked at again. Lines that a value adds belong to the line of the key. */
export function replaceIn(text: LinedText, replace: Readonly<Record<string, string>>): Replaced {
  const hits = findHits(text.text, replace);
  const cursor = { from: 0, text: '', textLines: text.textLines.slice(0, 1) };
  const touched = new Set<number>();
  for (const hit of hits) {
    append(cursor, text, hit.index);
    const lines = fileLines(text, hit);
    for (const line of lines) touched.add(line);
    cursor.text += hit.value;
    for (let added = countLineEnds(hit.value); added > 0; added -= 1) cursor.textLines.push(lines[0] ?? 0);
    cursor.from = hit.index + hit.key.length;
  }
  append(cursor, text, text.text.length);
  const substitutions = hits.map((hit) => substitution(text, hits, hit));
  return { text: cursor.text, textLines: cursor.textLines, substitutions, touchedLines: [...touched].toSorted((a, b) => a - b) };
}

/** Keys of `replace` that hit in none of `results`: each is exit 2. */
export function keysWithoutHit(results: readonly Replaced[], replace: Readonly<Record<string, string>>): readonly string[] {
  const hit = new Set(results.flatMap((result) => result.substitutions.map(({ key }) => key)));
  return Object.keys(replace).filter((key) => !hit.has(key));
}

interface Hit {
  readonly index: number;
  readonly key: string;
  readonly value: string;
}

function findHits(text: string, replace: Readonly<Record<string, string>>): Hit[] {
  const keys = Object.keys(replace).filter((key) => key !== '').toSorted((a, b) => b.length - a.length);
  if (keys.length === 0) return [];
  const any = new RegExp(keys.map(escaped).join('|'), 'g');
  return [...text.matchAll(any)].map((match) => ({ index: match.index, key: match[0], value: replace[match[0]] ?? '' }));
}

function escaped(key: string): string {
  return key.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Copies the original up to `end`, with the file lines of its lines. */
function append(cursor: { from: number; text: string; textLines: number[] }, original: LinedText, end: number): void {
  const first = lineIndex(original.text, cursor.from);
  const last = lineIndex(original.text, end);
  cursor.textLines.push(...original.textLines.slice(first + 1, last + 1));
  cursor.text += original.text.slice(cursor.from, end);
}

function fileLines(text: LinedText, hit: Hit): readonly number[] {
  const first = lineIndex(text.text, hit.index);
  return text.textLines.slice(first, first + 1 + countLineEnds(hit.key));
}

/** The touched lines whole: what other hits did to them is in `after` too. */
function substitution(text: LinedText, hits: readonly Hit[], hit: Hit): Substitution {
  const start = text.text.slice(0, hit.index).lastIndexOf('\n') + 1;
  const lineEnd = text.text.indexOf('\n', hit.index + hit.key.length);
  const end = lineEnd === -1 ? text.text.length : lineEnd;
  let after = '';
  let from = start;
  for (const other of hits.filter(({ index }) => index >= start && index < end)) {
    after += text.text.slice(from, other.index) + other.value;
    from = other.index + other.key.length;
  }
  after += text.text.slice(from, Math.max(from, end));
  return { key: hit.key, value: hit.value, line: fileLines(text, hit)[0] ?? 0, before: text.text.slice(start, end), after };
}

function lineIndex(text: string, offset: number): number {
  return countLineEnds(text.slice(0, offset));
}

function countLineEnds(text: string): number {
  return text.split('\n').length - 1;
}
