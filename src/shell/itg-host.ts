/** For tests with a real host: runs blocks in it, one session for each call. */
import { randomBytes } from 'node:crypto';
import { createDockerEnvironment } from '../host/docker.ts';
import { testSpec, unhurried } from '../host/testing.ts';
import type { Host } from '../ports/host.ts';
import { type BlockRequest, type BlockRun, type LateRecords, type ShellSession, openSession } from './session.ts';

export const createTestHost = async (): Promise<Host> => createDockerEnvironment().createHost(testSpec(), unhurried);

export interface Ran {
  readonly runs: readonly BlockRun[];
  readonly late: LateRecords;
}

export const open = (host: Host, options: Partial<Parameters<typeof openSession>[1]> = {}): Promise<ShellSession> =>
  openSession(host, { user: 'ops', cwd: '/home/ops', env: {}, signal: new AbortController().signal, ...options });

/** Runs blocks one after the other in the shells of one phase. */
export async function phase(host: Host, ...blocks: readonly (string | Partial<BlockRequest>)[]): Promise<Ran> {
  await using session = await open(host);
  const runs: BlockRun[] = [];
  for (const block of blocks) {
    const request = typeof block === 'string' ? { text: block } : block;
    const text = request.text ?? '';
    runs.push(await session.run({ runs: text.startsWith('#!') ? 'script' : 'shell', timeoutSeconds: 30, ...request, text }));
  }
  return { runs, late: await session.end() };
}

export async function one(host: Host, block: string | Partial<BlockRequest>): Promise<BlockRun> {
  const { runs } = await phase(host, block);
  const [run] = runs;
  if (run === undefined) throw new Error('nothing was run');
  return run;
}

/** `line command -> status [PIPESTATUS]` of what had ended when a command began, a function or process ended, or bash called it a failure. */
export const told = (run: Pick<BlockRun, 'records'>): string[] =>
  run.records
    .filter((record) => !record.first && record.previous !== null && record.status + Math.max(0, ...record.pipeStatus) > 0)
    .map((record) => `${record.kind} ${record.source}:${record.previous?.line} ${record.previous?.command} -> ${record.status} [${record.pipeStatus.join(' ')}]`);

/** A number of seconds that no other test sleeps, so that its process can be looked for. */
export const uniqueSeconds = (): string => `9${randomBytes(3).readUIntBE(0, 3)}`;

export async function processes(host: Host, pattern: string): Promise<string> {
  const { stdout } = await host.exec(['pgrep', '-fa', pattern]);
  return stdout.toString().split('\n').filter((line) => !line.includes('pgrep')).join('\n');
}
