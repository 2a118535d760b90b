/** One host for all of it. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Host } from '../ports/host.ts';
import { createLxdEnvironment, lxd } from './lxd.ts';
import { describeInside } from './itg-inside.ts';
import { describePrograms } from './itg-programs.ts';
import { serverFor, testSpec, unhurried } from './testing.ts';

const environment = createLxdEnvironment();

describe.skipIf((await serverFor('hosts of the environment lxd', lxd)) === null)('lxd', () => {
  let host: Host;
  beforeAll(async () => {
    host = await environment.createHost(testSpec({ limits: { cpu: 2, memoryBytes: 512 * 1024 ** 2, diskBytes: null } }), unhurried);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  describePrograms(() => host);
  describeInside(environment, () => host, /^unprivileged$/);
});
