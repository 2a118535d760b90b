/** For tests: what a host is asked to be. */
import type { HostSpec } from './host.ts';

/** A small isolated host with Docker. Who makes it gives it a run of its own. */
export const smallSpec: HostSpec = {
  ownership: { run: 'r1', scenario: 'test' },
  engine: 'docker',
  hostname: 'box',
  user: 'ops',
  network: 'isolated',
  packages: [],
  pool: null,
  limits: { cpu: null, memoryBytes: null, diskBytes: null },
  date: null,
  gpgPassphrase: 'correct horse battery',
};
