/** Turns what zod found into errors that say where, what was expected, what was seen, and what to do. */
import { closestMatch } from 'leven';
import type { z } from 'zod';
import type { InputError } from '../model.ts';
import type { Path, Positions } from './positions.ts';

export interface Told {
  readonly message: string;
  readonly expected: string;
  readonly got: string;
  readonly help: string;
}

export function explain(issues: readonly z.core.$ZodIssue[], data: unknown, at: { readonly file: string; readonly positions: Positions }): readonly InputError[] {
  return issues.flatMap((issue) => explainIssue(issue, [], data, at));
}

type At = { readonly file: string; readonly positions: Positions };

function explainIssue(issue: z.core.$ZodIssue, above: Path, data: unknown, at: At): readonly InputError[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ file: at.file, ...at.positions.key([...path, key]), ...unknownKey(path, key, issue.message.split(' ')) }));
  if (issue.code === 'invalid_union') return explainUnion(issue, path, data, at);
  if (issue.code === 'invalid_key') return [{ file: at.file, ...at.positions.key(path), ...wrongName(path, issue) }];
  return [{ file: at.file, ...at.positions.value(path), ...wrongValue(path, issue.message, valueAt(data, path)) }];
}

/** Of a union's mappings the one that fits best speaks; if none does, the union itself. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, data: unknown, at: At): readonly InputError[] {
  const ranked = issue.errors
    .filter((branch) => !branch.some((nested) => nested.path.length === 0 && nested.code !== 'unrecognized_keys'))
    .map((branch) => ({ branch, misfit: misfit(branch, path, data) }))
    .toSorted((a, b) => a.misfit - b.misfit);
  const [best, second] = ranked;
  if (best !== undefined && best.misfit < (second?.misfit ?? Infinity)) return best.branch.flatMap((nested) => explainIssue(nested, path, data, at));
  const value = valueAt(data, path);
  if (issue.discriminator === undefined) return [{ file: at.file, ...at.positions.value(path), ...wrongValue(path, issue.message, value) }];
  const [about = '', words = ''] = issue.message.split(': ');
  const kind = value === undefined ? undefined : String(value);
  const told = kind === undefined ? wrongValue(path, about, value) : { message: `\`${nameOf(path)}\` is \`${kind}\`, which is not known`, ...choice(kind, words.split(' ')) };
  return [{ file: at.file, ...at.positions.value(path), ...told }];
}

function misfit(branch: readonly z.core.$ZodIssue[], above: Path, data: unknown): number {
  const cost = (issue: z.core.$ZodIssue): number => {
    if (issue.code === 'unrecognized_keys') return issue.keys.length;
    // A missing key tells more against a branch than a wrong value does.
    return valueAt(data, [...above, ...issue.path]) === undefined ? 1.5 : 1;
  };
  return branch.reduce((sum, issue) => sum + cost(issue), 0);
}

function unknownKey(path: Path, key: string, known: readonly string[]): Told {
  return { message: `unknown key \`${key}\`${path.length === 0 ? '' : ` in \`${nameOf(path)}\``}`, ...choice(key, known) };
}

function wrongName(path: Path, issue: z.core.$ZodIssueInvalidKey): Told {
  const expected = issue.issues[0]?.message ?? 'another name';
  const got = String(path.at(-1));
  return { message: `\`${got}\` cannot be a name in \`${nameOf(path.slice(0, -1))}\``, expected, got: `\`${got}\``, help: 'rename it' };
}

function wrongValue(path: Path, expected: string, value: unknown): Told {
  const what = path.length === 0 ? 'the drill file' : `\`${nameOf(path)}\``;
  if (value === undefined) return { message: `${what} is missing`, expected, got: 'nothing', help: `add \`${String(path.at(-1) ?? '')}\`` };
  if (value === null) return { message: `${what} is null`, expected, got: 'null', help: "a bare ~ (or nothing) is null in YAML; the home directory must be quoted: '~'" };
  const help = `write what is expected here${typeof value === 'number' || typeof value === 'boolean' ? '; text that looks like a number, true or false goes in quotes' : ''}`;
  return { message: `${what} is not what is expected here`, expected, got: show(value), help };
}

/** What an unknown word could have been. */
export function choice(word: string, known: readonly string[]): Omit<Told, 'message'> {
  const near = nearest(word, known);
  const help = near === null ? 'use one of these, or remove it' : `did you mean \`${near}\`?`;
  return { expected: known.length === 0 ? 'nothing: none is declared' : `one of ${known.join(', ')}`, got: `\`${word}\``, help };
}

/** The known word that is close enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | null {
  return closestMatch(word, [...known], { maxDistance: Math.max(2, Math.floor(word.length / 3)) }) ?? null;
}

/** `scenarios.host-loss.restore[2].block` */
export function nameOf(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part + 1}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return `a mapping with ${Object.keys(value).join(', ') || 'no key'}`;
  const text = typeof value === 'string' ? `'${value}'` : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}
