import { describe } from 'vitest';
import { describeHosts } from './itg-environment.ts';
import { createIncusEnvironment, incus } from './incus.ts';
import { serverFor } from './testing.ts';

describe.skipIf((await serverFor('hosts of the environment incus', incus)) === null)('incus', () => {
  describeHosts(createIncusEnvironment(), /^unprivileged$/);
});
