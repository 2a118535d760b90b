/** Where an artefact says other than the place that it was made of. */
import type { ArtefactFact, Coverage, Mismatch } from '../../drill/journal-events.ts';
import type { PlaceWithin } from './places-within.ts';

/** An artefact with the places that were found in it. */
export interface InspectedArtefact {
  readonly fact: ArtefactFact;
  readonly places: readonly PlaceWithin[];
}

const mostPaths = 5;

/**
 * With the canary of this run in it, every stable file must be as in the place. Without, it is of an older state, and that counts only
 * where nothing newer can hold the place: backups of other days may lie beside the new one.
 */
export function mismatchesOf(artefacts: readonly InspectedArtefact[], coverage: readonly Coverage[]): readonly Mismatch[] {
  return artefacts.flatMap(({ fact, places }) => {
    if (fact.state !== 'readable') return [];
    return places.flatMap(({ place, ofThisRun, whole, differing }): readonly Mismatch[] => {
      const older = !ofThisRun && !fact.holds.includes(place);
      const uncovered = coverage.some(({ name, covered }) => name === place && covered === 'no');
      const wrong = older ? uncovered && (differing.length > 0 || whole) : differing.length > 0;
      return wrong ? [{ artefact: fact.path, place, older, paths: differing.slice(0, mostPaths), count: differing.length }] : [];
    });
  });
}
