/** Yesterday's file taken for today's: there before the backup, left as it was, and what came back or should have. */
import { listNames } from '../format.ts';
import type { OldArtefact } from '../journal-events.ts';
import type { Finding, SourceLine } from '../model.ts';
import type { ScenarioFacts } from './facts.ts';
import { finding } from './found.ts';
import { type Outcomes, isToBeRestored } from './outcome.ts';

/**
 * Told only where a place did not come back as expected: an old file beside the new one, or under an increment, is a good backup's way.
 * @param lastStep of the backup.
 */
export function staleFindings({ backup, oldRead }: ScenarioFacts, { places }: Outcomes, lastStep: SourceLine): readonly Finding[] {
  const wrong = places.filter((place) => isToBeRestored(place) && place.outcome === 'wrong').map(({ declaration }) => declaration.name);
  const uncovered = (name: string): boolean => backup?.fact.coverage.some((coverage) => coverage.name === name && coverage.covered === 'no') === true;
  return (backup?.fact.old ?? []).flatMap((old) => {
    const read = oldRead.find(({ path }) => path === old.path);
    const isFile = !old.path.endsWith('/');
    const stale = wrong.filter((name) => {
      if (old.places.length > 0 && !old.places.includes(name)) return false;
      return old.places.length === 0 ? read !== undefined && uncovered(name) : uncovered(name) || (read !== undefined && isFile);
    });
    return stale.length === 0 ? [] : [staleArtefact(old, stale, read !== undefined, old.meantBy ?? read?.by ?? lastStep)];
  });
}

function staleArtefact({ path, changed, places }: OldArtefact, stale: readonly string[], read: boolean, at: SourceLine): Finding {
  const since = new Date(changed * 1000).toISOString();
  const what = places.length === 0 ? '' : `, and holds ${listNames(stale)} as it was before`;
  return finding('stale-artefact', at, {
    message: `${path} is not from this backup`,
    expected: `a backup that writes what the restore reads, or makes a new file`,
    actual: `it was last changed at ${since}, before the backup began${what}${read ? '; the restore read it' : '; nothing newer holds it'}`,
    help: 'See why the command that should write it did not, and let that fail the backup; name backups by their time, and let the restore take the newest whole one.',
  });
}
