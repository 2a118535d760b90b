import { expect, it } from 'vitest';
import { findNotYet } from './not-yet.ts';

const told = (raw: unknown) => findNotYet(raw).map(({ path, what }) => `${path.join('.')} | ${what}`);

it('tells every key and value that nothing implements yet', () => {
  const file = { host: { environment: 'lxd', engine: 'incus' }, data: { b: { bucket: 'x' }, i: { instance: 'y' } }, services: { g: { kind: 'atlantis' } } };
  expect(told(file).toSorted()).toEqual([
    'services.g.kind | kind: atlantis',
  ]);
});

it('leaves alone what is implemented, and names that only look alike', () => {
  const scenario = { loss: { compromise: ['ca'] }, expect: { site: 'lost', ca: 'regenerated' }, backup: [{ run: 'true', env: { archive: 'x' } }], 'repeat-restore': true };
  expect(told({ host: { environment: 'docker' }, data: { archive: { volume: 'bucket' } }, services: { tofu: { kind: 'grafana' } }, scenarios: { s: scenario } })).toEqual([]);
});
