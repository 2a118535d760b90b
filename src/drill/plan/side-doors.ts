/** No side doors: what a restore must bring back may not come back by itself, through offsite, host.files or Git. */
import { basename, posix } from 'node:path';
import picomatch from 'picomatch';
import { engineFacts } from '../../ports/engine-facts.ts';
import type { EngineName } from '../../ports/host.ts';
import type { PlacePlan } from '../model.ts';
import { type Path } from '../drill-file/positions.ts';
import type { PlanContext } from './context.ts';

interface Door {
  readonly path: Path;
  readonly written: string;
  readonly pattern: string;
}

export function checkSideDoors(context: PlanContext, places: readonly PlacePlan[]): void {
  const { drill, paths } = context;
  const doors: readonly Door[] = [
    ...drill.offsite.map((written, index) => ({ path: ['offsite', index], written, pattern: paths.absolute(written) })),
    ...Object.keys(drill.host.files ?? {}).map((written) => ({ path: ['host', 'files', written], written, pattern: escapeGlob(paths.absolute(written)) })),
  ];
  for (const place of places) {
    const folder = folderOf(place, drill.host.engine);
    if (folder === null) continue;
    const at = ['data', place.name, place.location.type];
    for (const door of doors) {
      if (!meet(folder, door.pattern, place.location.type === 'file')) continue;
      const through = door.path[0] === 'offsite' ? 'offsite' : 'host.files';
      const told = { message: `the place \`${place.name}\` would come back through ${through}`, expected: `a place that does not lie in, equal or contain \`${door.written}\``, got: `\`${folder}\``, help: `move the place or the entry of ${through}: the restore must be what brings it back` };
      context.problems.atValue(at, told);
    }
    checkTracked(context, place, folder, at);
  }
}

/** Where its content lies in the host, for what has a known folder. */
function folderOf({ location }: PlacePlan, engine: EngineName): string | null {
  if (location.type === 'path' || location.type === 'file') return location.path;
  return location.type === 'volume' ? engineFacts[engine].volumeFolder(location.name) : null;
}

function checkTracked(context: PlanContext, place: PlacePlan, folder: string, at: Path): void {
  const way = context.paths.inWorkspace(folder);
  const tracked = way === null ? (isBelow(context.paths.workspace, folder) ? firstOf(context.tracked) : null) : trackedAt(context.tracked, way);
  if (tracked === null) return;
  const told = { message: `the place \`${place.name}\` is tracked in Git: a clone would bring it back`, expected: 'a place that Git does not track', got: `\`${tracked}\` is tracked`, help: 'take it out of Git (`git rm --cached`), or do not declare it as data' };
  context.problems.atValue(at, told);
}

const isBelow = (path: string, folder: string): boolean => folder === '/' || `${path}/`.startsWith(`${folder}/`);

/** Files that keep an empty folder in Git: they hold no data. */
const keepers = new Set(['.gitkeep', '.gitignore', '.keep']);

function trackedAt(tracked: ReadonlySet<string>, way: string): string | null {
  if (tracked.has(way)) return way;
  const prefix = way === '' ? '' : `${way}/`;
  for (const file of tracked) if (file.startsWith(prefix) && !keepers.has(basename(file))) return file;
  return null;
}

const firstOf = (files: ReadonlySet<string>): string | null => [...files][0] ?? null;

const escapeGlob = (path: string): string => path.replaceAll(/[\\*?[\]{}()!+@]/g, String.raw`\$&`);

/** Whether a place lies in, equals or (unless it is a file) may contain what a path or glob names. */
export function meet(place: string, pattern: string, isFile: boolean): boolean {
  const matches = picomatch(pattern, { dot: true });
  for (let path = place; path !== '/'; path = posix.dirname(path)) if (matches(path)) return true;
  return pattern === '/' || place === '/' || (!isFile && mayContain(place.split('/'), pattern.split('/')));
}

function mayContain(place: readonly string[], pattern: readonly string[]): boolean {
  for (const [index, part] of place.entries()) {
    const glob = pattern[index];
    if (glob === undefined) return false;
    if (glob === '**') return true;
    if (part !== glob && !picomatch(glob, { dot: true })(part)) return false;
  }
  return true;
}
