/** What stands where in a block, and what becomes of each command's exit status: from the syntax tree alone. */
import { parse } from 'unbash';
import { isMasker, isPureTest, printedKey } from './command-text.ts';
import type { StaticWords } from './command-text.ts';
import { SyntaxWalk } from './syntax-walk.ts';

/** Where the exit status of a command goes. */
export type Fate =
  /** Nothing looks at it. */
  | { readonly to: 'nothing' }
  /** A condition, a handler or a reader of `$?` acts on it. */
  | { readonly to: 'test' }
  | { readonly to: 'mask'; readonly by: string }
  /** It becomes the status of what encloses it, which runs in another process: assignment, subshell, element of a pipeline. */
  | { readonly to: 'parent' }
  /** It becomes the status of the text, function or loop that it is the last command of. */
  | { readonly to: 'end' }
  | { readonly to: 'background' };

/** Offsets in the text, half open. What stands in a string (`eval '…'`) has the range of that string. */
export interface Range {
  readonly pos: number;
  readonly end: number;
}

/** `left || right`, seen from the first command of `right`. */
export interface Handler {
  /** The operands before it, in order. */
  readonly left: readonly Range[];
  readonly right: Range;
  /** How it hides the failure, or null where it acts on it. */
  readonly hides: string | null;
}

export interface PipelineUnit extends Range {
  readonly elements: readonly (Range & { readonly unit: Unit | null })[];
  readonly fate: Fate;
  /** Something right behind it reads PIPESTATUS. */
  readonly statusRead: boolean;
}

/** One thing that bash runs and tells of. */
export interface Unit extends Range {
  /** `header`: `for`, `case`, `select`; they have no status. `compound`: a subshell. */
  readonly kind: 'simple' | 'header' | 'compound';
  readonly key: string;
  /** As it stands in the text, on one line. */
  readonly text: string;
  readonly words: StaticWords;
  /** First and last line in the text, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** What becomes of its status. For the left side of `&&`: `test`. */
  readonly fate: Fate;
  /** The same once nothing else of its `&&`/`||` list has run. */
  readonly listFate: Fate;
  readonly pipeline: { readonly of: PipelineUnit; readonly element: number } | null;
  readonly handler: Handler | null;
  /** The function whose body it stands in. */
  readonly inFunction: string | null;
  readonly stderrDiscarded: boolean;
}

export interface SyntaxIndex {
  readonly text: string;
  /** In the order of the text. */
  readonly units: readonly Unit[];
  /** Bash could not read all of it either, perhaps. */
  readonly broken: boolean;
  /**
   * The command that bash told of as `printed`, at `line` by its own count: of those with the same text the nearest,
   * and of those on one line the first behind `after`.
   */
  find(printed: string, line: number, after?: Unit | null): Unit | null;
  /** It only asks questions, and answers. */
  isTestFunction(name: string): boolean;
  /** The commands that stand in a range, in the order of the text. */
  inside(range: Range): readonly Unit[];
}

/** Reads a block or script. Never throws: what cannot be read is `broken` and yields fewer units. */
export function indexSyntax(text: string): SyntaxIndex {
  const walk = new SyntaxWalk();
  const script = parse(text);
  walk.script(script, text);
  const units = walk.units.toSorted((a, b) => a.pos - b.pos || a.order - b.order);
  const byKey = Map.groupBy(units, (unit) => unit.key);
  return {
    text,
    units,
    broken: (script.errors ?? []).length > 0,
    find: (printed, line, after = null) => {
      const { key, name } = printedKey(printed);
      return nearest(byKey.get(key) ?? [], line, after) ?? nearest(sameName(units, name, line), line, after);
    },
    isTestFunction: (name) => {
      const body = units.filter((unit) => unit.inFunction === name && unit.kind === 'simple');
      return body.some((unit) => isPureTest(unit.words)) && body.every((unit) => isPureTest(unit.words) || isMasker(unit.words) || ['return', 'local', undefined].includes(unit.words[0] ?? undefined));
    },
    inside: (range) => units.filter((unit) => isInside(unit, range)),
  };
}

export const isInside = (inner: Range, outer: Range): boolean => outer.pos <= inner.pos && inner.end <= outer.end;

/** For a text that bash printed in a way that is not foreseen: only right where it says it was. */
function sameName(units: readonly Unit[], name: string | null, line: number): readonly Unit[] {
  if (name === null) return [];
  return units.filter((unit) => unit.kind === 'simple' && unit.words[0] === name && distance(unit, line) === 0);
}

const distance = (unit: Unit, line: number): number => (line < unit.firstLine ? unit.firstLine - line : line > unit.lastLine ? line - unit.lastLine : 0);

function nearest(candidates: readonly Unit[], line: number, after: Unit | null): Unit | null {
  const least = Math.min(...candidates.map((unit) => distance(unit, line)));
  const near = candidates.filter((unit) => distance(unit, line) === least);
  return (after === null ? undefined : near.find((unit) => unit.pos > after.pos)) ?? near[0] ?? null;
}
