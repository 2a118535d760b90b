/** Reads a drill file: YAML to a checked value, with the position of everything in it. */
import { LineCounter, parseDocument, type YAMLError, type YAMLWarning } from 'yaml';
import type { z } from 'zod';
import type { InputError } from '../model.ts';
import { explain, nearest, valueAt } from './explain.ts';
import { type Path, type Positions, positionsOf } from './positions.ts';
import { drillFile, type DrillFile } from './schema.ts';

export interface ReadDrillFile {
  /** Null when its shape is so wrong that nothing more can be said about it. */
  readonly drill: DrillFile | null;
  /** The value as YAML has it. */
  readonly raw: unknown;
  readonly positions: Positions;
  readonly errors: readonly InputError[];
}

/** Code that zod compiles for each mapping pays where many values are read: here it is one. */
const once = { jitless: true };

/** @param file how errors name it. */
export function readDrillFile(file: string, source: string): ReadDrillFile {
  const counter = new LineCounter();
  if (source.includes('\uFFFD')) return unreadable(file, lineOf(source, '\uFFFD'), { message: 'the drill file is not UTF-8', expected: 'text in UTF-8', got: 'bytes that are no character', help: 'save it as UTF-8' });
  // `silent` would keep back that there is a second document.
  const document = parseDocument(source, { lineCounter: counter, prettyErrors: false, logLevel: 'error' });
  const positions = positionsOf(document, counter);
  // A tag that nobody resolves is a warning to YAML, and would be dropped in silence.
  const broken = [...document.errors, ...document.warnings].map((error) => yamlError(file, error, counter));
  if (broken.length > 0) return { drill: null, raw: null, positions, errors: broken };
  let raw: unknown;
  try {
    raw = document.toJS();
  } catch (error) {
    const told = { message: 'the YAML cannot be read', expected: 'aliases (*name) of anchors (&name) in this file', got: error instanceof Error ? error.message : String(error), help: 'write the value itself' };
    return { drill: null, raw: null, positions, errors: [{ file, line: 1, column: 1, ...told }] };
  }
  if (raw === null) return unreadable(file, 1, { message: 'the drill file is empty', expected: 'a drill file: version, name, runbook, host, scenarios', got: 'nothing but comments or white space', help: 'write one; the README has an example' });
  const result = drillFile.safeParse(raw, once);
  if (result.success) return { drill: result.data, raw, positions, errors: [] };
  return { drill: recover(raw, result.error.issues), raw, positions, errors: explain(result.error.issues, raw, { file, positions }) };
}

function unreadable(file: string, line: number, told: Pick<InputError, 'message' | 'expected' | 'got' | 'help'>): ReadDrillFile {
  const counter = new LineCounter();
  return { drill: null, raw: null, positions: positionsOf(parseDocument('', { lineCounter: counter }), counter), errors: [{ file, line, column: 1, ...told }] };
}

const lineOf = (source: string, text: string): number => source.slice(0, source.indexOf(text)).split('\n').length;

/** What YAML quotes of a file that is none may be as long as the file, and hold anything. */
const longestMessage = 200;

function yamlError(file: string, error: YAMLError | YAMLWarning, counter: LineCounter): InputError {
  const { line, col } = counter.linePos(error.pos[0]);
  const at = { file, line, column: col };
  if (error.code === 'DUPLICATE_KEY') return { ...at, message: 'a key is given twice', expected: 'each key once in a mapping', got: 'the same key again', help: 'rename or remove one of them' };
  if (error.code === 'MULTIPLE_DOCS') return { ...at, message: 'a second document begins here', expected: 'one drill file in a file', got: '---', help: 'remove the line, or move what follows to a file of its own' };
  return { ...at, message: `not YAML: ${error.message.length > longestMessage ? `${error.message.slice(0, longestMessage)}…` : error.message}`, expected: 'a YAML file', got: error.code, help: 'correct the YAML; often a quote, a colon or the indentation' };
}

/**
 * The rest is still worth checking where what is wrong can be left out: a key that is nearly a known one is taken for it,
 * any other unknown key and any wrong value of an optional key are dropped. Null where that leaves no drill file.
 */
function recover(raw: unknown, issues: readonly z.core.$ZodIssue[]): DrillFile | null {
  const data = structuredClone(raw);
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) takeForNearest(data, issue.path, key, issue.message.split(' '));
    else if (issue.code === 'invalid_union' || !drop(data, issue.path)) return null;
  }
  return drillFile.safeParse(data, once).data ?? null;
}

/** Drops a key of a mapping; false for an entry of a list, whose place others would take. */
function drop(data: unknown, path: Path): boolean {
  const key = path.at(-1);
  const mapping = valueAt(data, path.slice(0, -1));
  return typeof key === 'string' && typeof mapping === 'object' && mapping !== null && Reflect.deleteProperty(mapping, key);
}

function takeForNearest(data: unknown, path: Path, key: string, known: readonly string[]): void {
  const mapping = valueAt(data, path);
  if (typeof mapping !== 'object' || mapping === null) return;
  const value: unknown = Reflect.get(mapping, key);
  Reflect.deleteProperty(mapping, key);
  const near = nearest(key, known.filter((name) => !Object.hasOwn(mapping, name)));
  if (near !== null) Reflect.set(mapping, near, value);
}
