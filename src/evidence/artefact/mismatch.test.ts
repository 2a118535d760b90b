import { expect, it } from 'vitest';
import { exampleArtefact } from '../../drill/verdict/example-facts.ts';
import { type InspectedArtefact, mismatchesOf } from './mismatch.ts';

const artefact = (fact: Parameters<typeof exampleArtefact>[1], place: Partial<InspectedArtefact['places'][number]>): InspectedArtefact => ({
  fact: exampleArtefact('app', fact),
  places: [{ place: 'app', folder: '', ofThisRun: true, whole: true, differing: [], ...place }],
});
const covered = [{ name: 'app', covered: 'yes', why: '' } as const];
const uncovered = [{ name: 'app', covered: 'no', why: '' } as const];
const unknown = [{ name: 'app', covered: 'unknown', why: '' } as const];
const old = { ofThisRun: false };

it.each([
  ['is as it was', artefact({}, {}), covered, []],
  ['differs', artefact({}, { differing: ['a', 'b'] }), covered, [{ older: false, paths: ['a', 'b'], count: 2 }]],
  ['is broken, and what it seems to hold says nothing', artefact({ state: 'broken' }, { differing: ['a'] }), covered, []],
  ['is of another day beside a new one', artefact({ holds: [] }, { ...old, differing: ['a'] }), covered, []],
  ['is of another day beside what cannot be looked into', artefact({ holds: [] }, { ...old, differing: ['a'] }), unknown, []],
  ['is of another day with nothing newer', artefact({ holds: [] }, { ...old, differing: ['a'] }), uncovered, [{ older: true, count: 1 }]],
  ['is of another day, and nothing changed but the canary', artefact({ holds: [] }, old), uncovered, [{ older: true, count: 0 }]],
  ['holds a part of it', artefact({ holds: [] }, { ...old, whole: false }), uncovered, []],
  ['holds its nonce in a file that differs', artefact({}, { ...old, differing: ['.'] }), covered, [{ older: false, count: 1 }]],
])('an artefact that %s', (_what, inspected, coverage, expected) => expect(mismatchesOf([inspected], coverage)).toMatchObject(expected));
