/** The built-in steps of a drill file, resolved. */
import type { Path } from '../drill-file/positions.ts';
import type { DrillStep } from '../drill-file/schema-steps.ts';
import type { ArchiveStep, UnarchiveStep } from '../model.ts';
import { checkNames, listed, type PlanContext } from './context.ts';
import { underName } from '../under-name.ts';

type BuiltInStep = Extract<DrillStep, { archive: readonly string[] } | { unarchive: readonly string[] }>;
type Common = Pick<ArchiveStep, 'phase' | 'before' | 'name' | 'at' | 'timeoutSeconds'>;

export const builtInName = (step: BuiltInStep): string => ('archive' in step ? `archive ${unique(step.archive).join(', ')}` : `unarchive ${unique(step.unarchive).join(', ')}`);

export function planBuiltIn(context: PlanContext, step: BuiltInStep, path: Path, common: Common): ArchiveStep | UnarchiveStep {
  if ('unarchive' in step) {
    checkPlaces(context, step.unarchive, [...path, 'unarchive']);
    return { kind: 'unarchive', ...common, places: unique(step.unarchive), from: context.paths.absolute(step.from) };
  }
  checkPlaces(context, step.archive, [...path, 'archive']);
  const to = context.paths.absolute(step.to);
  checkOutside(context, step.archive, to, [...path, 'to']);
  return { kind: 'archive', ...common, places: unique(step.archive), to, encrypt: step.encrypt ?? null };
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

function checkPlaces(context: PlanContext, names: readonly string[], path: Path): void {
  const { data } = context.drill;
  checkNames(context, listed(names, path), Object.keys(data), 'place');
  for (const [index, name] of names.entries()) {
    const place = underName(data, name);
    const kind = place === undefined ? undefined : (['bucket', 'instance'] as const).find((key) => key in place);
    if (kind === undefined) continue;
    const told = { message: `the built-in steps cannot hold \`${name}\``, expected: 'a place that is a volume, a folder or a file', got: `the ${kind} \`${name}\``, help: "use the engine's own export" };
    context.problems.atValue([...path, index], told);
  }
}

/** An archive in the place that it holds would hold itself, and be lost with it. */
function checkOutside(context: PlanContext, names: readonly string[], to: string, path: Path): void {
  for (const name of names) {
    const place = underName(context.drill.data, name);
    if (place === undefined || !('path' in place)) continue;
    const folder = context.paths.absolute(place.path);
    if (!`${to}/`.startsWith(folder === '/' ? '/' : `${folder}/`)) continue;
    context.problems.atValue(path, { message: `the archive of \`${name}\` would lie in \`${name}\` itself`, expected: `a folder outside \`${folder}\``, got: `\`${to}\``, help: 'write to a folder of `offsite`' });
  }
}
