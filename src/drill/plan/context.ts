import type { Runbook } from '../../runbook/blocks.ts';
import { type ResolvedReference, type ResolveOptions, resolveReference } from '../../runbook/references.ts';
import { choice, nameOf } from '../drill-file/explain.ts';
import type { Path, Positions } from '../drill-file/positions.ts';
import type { DrillFile } from '../drill-file/schema.ts';
import type { SourceLine } from '../model.ts';
import type { HostPaths } from './host-paths.ts';
import type { Problems } from './problems.ts';

/** What every part of the plan is made from. */
export interface PlanContext {
  readonly drill: DrillFile;
  readonly positions: Positions;
  readonly problems: Problems;
  /** The drill file as a `SourceLine` names it. */
  readonly drillFile: string;
  readonly runbooks: readonly Runbook[];
  /** False when a runbook could not be read: then a reference that leads nowhere is no news. */
  readonly runbooksComplete: boolean;
  /** How errors name a file of the repository. */
  readonly display: (file: string) => string;
  /** Absolute, on this machine: the Git root, and the folder that stands in the host as the repository. */
  readonly gitRoot: string;
  readonly folder: string;
  /** Tracked files, relative to `folder`. */
  readonly tracked: ReadonlySet<string>;
  readonly paths: HostPaths;
  readonly env: NodeJS.ProcessEnv;
  /** Values that were taken from it: all of them are secret. */
  readonly secrets: Set<string>;
}

export function keyLine(context: PlanContext, path: Path): SourceLine {
  return { file: context.drillFile, line: context.positions.key(path).line };
}

export function valueLine(context: PlanContext, path: Path): SourceLine {
  return { file: context.drillFile, line: context.positions.value(path).line };
}

/** The blocks that a reference selects; null, and told, when it leads to nothing or to two things. */
export function blocksOf(context: PlanContext, reference: string, path: Path, options: ResolveOptions = {}): ResolvedReference | null {
  const resolved = resolveReference(context.runbooks, reference, options);
  if (!('problem' in resolved)) return resolved;
  if (context.runbooksComplete) tellReference(context, path, reference, resolved);
  return null;
}

interface Leads {
  readonly problem: 'nothing' | 'ambiguous';
  readonly message: string;
  readonly candidates: readonly string[];
}

export function tellReference(context: PlanContext, path: Path, written: string, { message, candidates }: Leads): void {
  const help = candidates.length === 0 ? 'see `runbook-drill blocks FILE` for every reference of a runbook' : `did you mean ${candidates.slice(0, 3).map((candidate) => `\`${candidate}\``).join(' or ')}?`;
  context.problems.atValue(path, { message, expected: 'a reference to one thing in the runbook', got: `\`${written}\``, help });
}

/** Tells every name in a list (or of a mapping's keys) that is not declared. */
export function checkNames(context: PlanContext, names: readonly { readonly name: string; readonly path: Path; readonly at: 'key' | 'value' }[], known: readonly string[], what: string): void {
  for (const { name, path, at } of names) {
    if (known.includes(name)) continue;
    const told = { message: `\`${nameOf(at === 'key' ? path.slice(0, -1) : path)}\` names \`${name}\`, which is no ${what}`, ...choice(name, known) };
    if (at === 'key') context.problems.atKey(path, told);
    else context.problems.atValue(path, told);
  }
}

export const listed = (names: readonly string[], path: Path) => names.map((name, index) => ({ name, path: [...path, index], at: 'value' as const }));
export const keyed = (names: readonly string[], path: Path) => names.map((name) => ({ name, path: [...path, name], at: 'key' as const }));
