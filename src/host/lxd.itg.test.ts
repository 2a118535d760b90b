import { describe } from 'vitest';
import { describeHosts } from './itg-environment.ts';
import { createLxdEnvironment, lxd } from './lxd.ts';
import { serverFor } from './testing.ts';

describe.skipIf((await serverFor('hosts of the environment lxd', lxd)) === null)('lxd', () => {
  describeHosts(createLxdEnvironment(), /^unprivileged$/);
});
