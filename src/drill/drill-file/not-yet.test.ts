import { expect, it } from 'vitest';
import { findNotYet } from './not-yet.ts';

const told = (raw: unknown) => findNotYet(raw).map(({ path, what }) => `${path.join('.')} | ${what}`);

it('tells every key and value that nothing implements yet', () => {
  const scenario = { loss: { compromise: ['ca'] }, expect: { ca: 'regenerated' }, 'repeat-restore': true };
  expect(told({ host: { environment: 'lxd', engine: 'incus' }, data: { b: { bucket: 'x' }, i: { instance: 'y' } }, services: { g: { kind: 'step-ca' } }, scenarios: { s: scenario } }).toSorted()).toEqual([
    'data.b.bucket | bucket',
    'host.environment | environment: lxd',
    'scenarios.s.expect.ca | ca: regenerated',
    'scenarios.s.loss.compromise | compromise',
    'scenarios.s.repeat-restore | repeat-restore: true',
    'services.g.kind | kind: step-ca',
  ]);
});

it('leaves alone what is implemented, and names that only look alike', () => {
  const scenario = { loss: 'host', expect: { site: 'restored' }, backup: [{ run: 'true', env: { archive: 'x' } }], 'repeat-restore': false };
  expect(told({ host: { environment: 'docker' }, data: { archive: { volume: 'bucket' } }, services: { tofu: { kind: 'grafana' } }, scenarios: { s: scenario } })).toEqual([]);
});
