import { expect, it } from 'vitest';
import { exampleArtefact } from '../../drill/verdict/example-facts.ts';
import { type CoverageQuestion, coverageOf } from './coverage.ts';

const metrics: CoverageQuestion = { name: 'metrics', provenBy: ['service prometheus'], legible: false, database: false };
const coveredBy = (artefacts: Parameters<typeof coverageOf>[1], question = metrics): unknown => coverageOf([question], artefacts, [], false)[0]?.covered;
const archive = exampleArtefact('snapshot', { holds: [] });

it('a canary that no copy need show is neither covered nor uncovered by an archive without it', () => {
  expect(coveredBy([archive])).toBe('unknown');
  expect(coveredBy([exampleArtefact('snapshot', { holds: ['service prometheus'] })])).toBe('yes');
});

it('nothing covers it where there is no content at all', () => {
  expect(coveredBy([])).toBe('no');
  expect(coveredBy([exampleArtefact('snapshot', { holds: [], members: 0, contentBytes: 0 })])).toBe('no');
  expect(coveredBy([exampleArtefact('snapshot', { holds: [], state: 'broken' })])).toBe('no');
});

it('an archive without a legible canary does not hold it', () => {
  expect(coveredBy([archive], { ...metrics, legible: true })).toBe('no');
});
