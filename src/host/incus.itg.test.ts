/** One host for all of it. What is in it, the hosts of LXD have been asked. */
import { afterAll, beforeAll, describe } from 'vitest';
import { thorough } from '../../tests/thorough.ts';
import type { Host } from '../ports/host.ts';
import { createIncusEnvironment, incus } from './incus.ts';
import { describePrograms } from './itg-programs.ts';
import { serverFor, testSpec, unhurried } from './testing.ts';

const environment = createIncusEnvironment();

describe.skipIf(!thorough || (await serverFor('hosts of the environment incus', incus)) === null)('incus', () => {
  let host: Host;
  beforeAll(async () => {
    host = await environment.createHost(testSpec({ limits: { cpu: 2, memoryBytes: 512 * 1024 ** 2, diskBytes: null } }), unhurried);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  describePrograms(() => host);
});
