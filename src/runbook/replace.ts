/** Text with the file line of each of its lines: a `Block`, a `Quote`. */
export interface LinedText {
  readonly text: string;
  readonly textLines: readonly number[];
}

/** One hit of a key: where, and the whole lines before and after. */
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

/** Literal, longest key first, one pass: what was put in is not looked at again. */
export function replaceIn(text: LinedText, replace: Readonly<Record<string, string>>): Replaced {
  throw new Error(`not written yet: ${text.text}${Object.keys(replace).length}`);
}

/** Keys of `replace` that hit in none of `results`: each is exit 2. */
export function keysWithoutHit(results: readonly Replaced[], replace: Readonly<Record<string, string>>): readonly string[] {
  const hit = new Set(results.flatMap((result) => result.substitutions.map((substitution) => substitution.key)));
  return Object.keys(replace).filter((key) => !hit.has(key));
}
