import { describe, expect, it } from 'vitest';
import type { ScenarioDeclaration } from '../journal-events.ts';
import type { ScenarioReport } from '../report-model.ts';
import { examplePlace, exampleService } from './example-facts.ts';
import { type ExampleParts, exampleDrill, exampleJournal, exampleScenario, exampleVerified, verifiedAs } from './example-journal.ts';
import { judge } from './index.ts';

type PlaceIdentity = 'new' | 'same' | 'none' | 'unknown';
type ServiceIdentity = 'new' | 'same' | 'unknown';

const regenerated: Partial<ScenarioDeclaration> = { expect: { grafana: 'regenerated' }, steps: exampleScenario.steps.slice(0, 3) };
const site = exampleVerified.services.filter(({ name }) => name === 'site');

/** The place without its nonce, and its service, where it has one, without its canary. */
function found(place: PlaceIdentity, service: { readonly identity?: ServiceIdentity; readonly knownBy?: string; readonly ready?: boolean } | null = {}): Partial<ExampleParts> {
  const services = service === null ? site : [exampleService('grafana', { canary: 'absent', canarySeconds: null, ...service }), ...site];
  const path = place === 'same' ? 'ca.key' : null;
  return { ...verifiedAs({ places: [examplePlace('grafana', { nonceBack: false, identity: { state: place, path } })], services }), check: [] };
}

function told(parts: Partial<ExampleParts>, scenario: Partial<ScenarioDeclaration> = {}, drill: Partial<typeof exampleDrill> = {}): readonly string[] {
  const [report] = judge(exampleJournal(parts, { ...regenerated, ...scenario }, drill)).scenarios;
  return report === undefined ? [] : [report.validationStatus, statusOf(report), ...report.findings.map(({ rule, actual }) => `${rule}: ${actual}`)];
}
const statusOf = ({ data }: ScenarioReport): string => data[0]?.status ?? '';

const oldKey = 'not-regenerated: a key or certificate of the old one is in ca.key';

describe('what is to be made anew is known by its identity', () => {
  it.each([
    ['new keys', found('new'), ['SUCCESSFUL', 'regenerated']],
    ['a new word of its service', found('unknown', { identity: 'new' }), ['SUCCESSFUL', 'regenerated']],
    ['keys that its service has yet to make', found('none'), ['SUCCESSFUL', 'regenerated']],
    ['an old key', found('same'), ['FAILED', 'intact', oldKey]],
    ['an old key beside a new word', found('same', { identity: 'new' }), ['FAILED', 'intact', oldKey]],
    ['new keys that its service does not use', found('new', { identity: 'same' }), ['FAILED', 'intact', 'not-regenerated: its service is known by the same identity as before', 'not-regenerated: it has the same identity as before']],
    ['a service that says what it is known by', found('new', { identity: 'same', knownBy: 'the fingerprint of its root is 36a3' }), ['FAILED', 'intact', 'not-regenerated: its service is known by the same identity as before', 'not-regenerated: it has the same identity as before: the fingerprint of its root is 36a3, as it was']],
    ['nothing that tells', found('unknown'), ['NOT_MEASURED', 'unproven']],
    ['a service that does not say', found('new', { identity: 'unknown' }), ['NOT_MEASURED', 'unproven']],
    ['a service that does not live', found('new', { ready: false }), ['FAILED', 'missing', 'service-not-ready: 200']],
  ])('%s', (_name, parts, expected) => expect(told(parts)).toEqual(expected));

  const noService = { services: exampleDrill.services.filter(({ name }) => name !== 'grafana') };
  it.each([
    ['new keys', 'new', ['SUCCESSFUL', 'regenerated']],
    ['nothing', 'none', ['FAILED', 'missing', 'not-regenerated: no new key and no new content is in it']],
  ] as const)('a place without a service: %s', (_name, place, expected) => expect(told(found(place, null), {}, noService)).toEqual(expected));

  it('after a compromise, which destroys nothing and so has no loss to prove', () => {
    const parts = { ...found('new'), lost: [] };
    expect(told(parts, { loss: { type: 'compromise' } })).toEqual(['SUCCESSFUL', 'regenerated']);
    expect(told(parts)).toEqual(['NOT_MEASURED', 'regenerated']);
  });
});
