/** For tests with a real engine: what a host is asked to be, with an owner that is this process. */
import { randomBytes } from 'node:crypto';
import type { HostSpec } from '../ports/host.ts';
import { processStart } from './labels.ts';

/** A small isolated host of a run of its own. */
export async function testSpec(changes: Partial<HostSpec> = {}): Promise<HostSpec> {
  const started = await processStart(process.pid);
  if (started === null) throw new Error('this process is not in /proc');
  return {
    ownership: { run: `test${randomBytes(4).toString('hex')}`, scenario: 'test', pid: process.pid, started },
    engine: 'docker',
    hostname: 'box',
    user: 'ops',
    network: 'isolated',
    packages: [],
    limits: { cpu: null, memoryBytes: null, diskBytes: null },
    date: null,
    gpgPassphrase: 'correct horse',
    ...changes,
  };
}

/** Options of a call that nobody aborts. */
export const unhurried = { signal: new AbortController().signal, progress: (): void => {} };
