import { expect, it } from 'vitest';
import { dockerEngine } from '../../engine/docker.ts';
import type { ExecOptions } from '../../ports/host.ts';
import type { Service } from '../../ports/service.ts';
import type { ScenarioEvent } from '../journal-events.ts';
import { drillFile, edited, testRepository } from '../plan/test-repository.ts';
import { testContext } from '../test-context.ts';
import { brokenHost } from '../test-host.ts';
import { seed } from './seed.ts';

const withService = edited(drillFile, {
  'scenarios:\n': "services:\n  web: { kind: http, url: 'http://localhost', data: site, check: { path: /.drill-canary/nonce, contains: $DRILL_NONCE } }\nscenarios:\n",
});

it('a service that serves the canary of its place is asked for it once it is planted', async () => {
  using repository = await testRepository({ 'drill.yaml': withService });
  const plan = await repository.load();
  const calls: string[] = [];
  const says = (what: string, state: 'there' | 'absent') => async () => {
    calls.push(what);
    return Promise.resolve({ state, seen: what });
  };
  const service: Service = {
    kind: 'http', volatile: [], seeded: true,
    ready: says('ready', 'there'),
    seed: () => Promise.resolve(void calls.push('seed')),
    late: () => Promise.resolve(),
    check: () => says('check', calls.includes('plant') ? 'there' : 'absent')(),
  };
  const exec = (command: readonly string[], options: ExecOptions = {}) => {
    if (command.some((word) => word.includes('canary tree') || word.includes('setfattr'))) calls.push('plant');
    // 44: no manifest, since nothing is there.
    return Promise.resolve({ exitCode: options.stdout === undefined ? 0 : 44, stdout: Buffer.from('1.5 1.504'), stderr: '' });
  };
  const host = brokenHost({ exec });
  const events: Omit<ScenarioEvent, 'scenario'>[] = [];
  const engine = { ...dockerEngine, locate: () => Promise.resolve('/var/lib/docker/volumes/compose_site/_data') };
  const context = testContext(plan, { services: new Map([['web', service]]), engine }, (event) => void events.push(event));
  await seed(context, host);
  expect(calls).toEqual(['ready', 'seed', 'plant', 'check']);
  expect(events).toMatchObject([{ event: 'seeded', names: ['service web', 'site'] }]);
}, 15_000);
