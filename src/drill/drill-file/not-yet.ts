/** What the schema knows and nothing implements yet. Whoever implements a line deletes it. */
import { laterKinds } from './schema-services.ts';
import type { Path } from './positions.ts';

interface NotYet {
  /** Path of keys; `*` is any. */
  readonly at: string;
  /** Values that are refused; without it, the key itself. */
  readonly values?: readonly unknown[];
}

const notYet: readonly NotYet[] = [
  { at: 'services.*.kind', values: laterKinds },
];

export interface Refused {
  readonly path: Path;
  /** The key, or `key: value`. */
  readonly what: string;
}

/** Everything in a drill file that is not implemented yet. */
export function findNotYet(raw: unknown): readonly Refused[] {
  return notYet.flatMap(({ at, values }) =>
    matches(raw, at.split('.'), [])
      .filter(({ value }) => values === undefined || values.includes(value))
      .map(({ path, value }) => ({ path, what: values === undefined ? String(path.at(-1)) : `${String(path.at(-1))}: ${String(value)}` })),
  );
}

function matches(value: unknown, pattern: readonly string[], path: Path): readonly { readonly path: Path; readonly value: unknown }[] {
  const [part, ...rest] = pattern;
  if (part === undefined) return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return part === '*' ? value.flatMap((item: unknown, index) => matches(item, rest, [...path, index])) : [];
  return Object.entries(value)
    .filter(([key]) => part === '*' || part === key)
    .flatMap(([key, item]: [string, unknown]) => matches(item, rest, [...path, key]));
}
