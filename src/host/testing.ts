/** For tests with a real engine: what a host is asked to be, with an owner that is this process. */
import { randomBytes } from 'node:crypto';
import type { HostSpec } from '../ports/host.ts';
import { smallSpec } from '../ports/test-spec.ts';
import { connectServer, type InstanceServer, type ServerKind } from './instance/server.ts';

/** A small isolated host of a run of its own. */
export function testSpec(changes: Partial<HostSpec> = {}): HostSpec {
  return { ...smallSpec, ownership: { run: `test${randomBytes(4).toString('hex')}`, scenario: 'test' }, ...changes };
}

/** Options of a call that nobody aborts. */
export const unhurried = { signal: new AbortController().signal, progress: (): void => {} };

/** The server of this machine; without one prints which tests are left out. */
export async function serverFor(tests: string, kind: ServerKind): Promise<InstanceServer | null> {
  const server = await connectServer(kind, process.env).catch(() => null);
  if (server === null) console.log(`SKIPPED ${tests}: no ${kind.title} answers on this machine`);
  return server;
}
