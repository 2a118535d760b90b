/** One host for all of it. */
import { afterAll, beforeAll } from 'vitest';
import type { Host } from '../ports/host.ts';
import { createDockerEnvironment } from './docker.ts';
import { describeInside } from './itg-inside.ts';
import { describePrograms } from './itg-programs.ts';
import { testSpec, unhurried } from './testing.ts';

const environment = createDockerEnvironment();
let host: Host;
beforeAll(async () => {
  host = await environment.createHost(testSpec({ limits: { cpu: 2, memoryBytes: 512 * 1024 ** 2, diskBytes: null } }), unhurried);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

describePrograms(() => host);
describeInside(environment, () => host, /^(recipe|privileged)$/);
