/** What every environment does alike to make a host ready: its name, what its image needs, and its first commands. */
import { randomBytes } from 'node:crypto';
import { CannotRun, type ExecOptions, type ExecResult, type HostSpec } from '../ports/host.ts';
import { hostPrograms } from './launched.ts';

type Exec = (command: readonly string[], options: ExecOptions) => Promise<ExecResult>;

/** Makes the user, waits for the engine, sets the clock. Resolves to the engine's name and version. */
export async function prepareHost(exec: Exec, spec: HostSpec, signal: AbortSignal): Promise<string> {
  const prepared = await exec([`${hostPrograms}/prepare`, spec.user, ...engineSettings(spec)], { stdin: spec.gpgPassphrase, signal });
  if (prepared.exitCode !== 0) throw notPrepared(spec, prepared);
  if (spec.date !== null) await setClock(exec, spec.date, signal);
  const version = prepared.stdout.toString('utf8').trim().replace(/[+~].*/, '');
  return `${spec.engine} ${version}`;
}

/** What starts in the host from now on sees this time; our own programs do not (see `host/clock`). */
async function setClock(exec: Exec, date: string, signal: AbortSignal): Promise<void> {
  const set = await exec([`${hostPrograms}/clock`, date], { signal });
  if (set.exitCode !== 0) throw new CannotRun(`the host's clock cannot be set to ${date} (host.date): ${set.stderr.trim()}`);
}

/** The environment of our own programs: they see the machine's clock, whatever the host's is (see `host/clock`). */
export function hostEnvironment(spec: Pick<HostSpec, 'network' | 'date'>): Readonly<Record<string, string>> {
  return { RUNBOOK_DRILL_NETWORK: spec.network, ...(spec.date === null ? {} : { FAKETIME: '+0' }) };
}

/** The spec with the packages that its other wishes need. */
export function withNeeded(spec: HostSpec): HostSpec {
  return spec.date === null ? spec : { ...spec, packages: [...spec.packages, 'libfaketime'] };
}

/** Processes and threads of a host: half of what a kernel has by default (pid_max, 32768), so that one that multiplies leaves the machine some. */
export const mostProcesses = 16_384;

/** What `prepare` exits with when the engine does not come up: more privilege may help there, and nowhere else. */
const engineDown = 70;

function notPrepared(spec: HostSpec, { exitCode, stderr }: ExecResult): Error {
  const end = stderr.trim().slice(-2000);
  if (exitCode === engineDown) return new Error(`its engine did not start: ${end}`);
  return new CannotRun(`the host's user '${spec.user}' cannot be made (exit ${exitCode}): ${end}`);
}

/** Size of the pool `local` where the drill file sets no limit, in bytes. Its file takes no more than is in it. */
const usualPool = 20 * 1024 ** 3;

/** What `prepare` tells the engine: driver and size of the pool that Incus and LXD start with. */
function engineSettings({ engine, pool, limits }: HostSpec): readonly string[] {
  return engine === 'docker' ? [] : [pool ?? '', String(limits.diskBytes ?? usualPool)];
}

/** Free disk that a host needs where the drill file sets no limit, in bytes. */
const usualDisk = 5 * 1024 ** 3;

/** @param free in bytes. @throws CannotRun when it is less than a host may use */
export function requireFree(free: number, spec: Pick<HostSpec, 'limits'>, told: { readonly where: string; readonly remedy: string }): void {
  const wanted = spec.limits.diskBytes ?? usualDisk;
  if (free >= wanted) return;
  throw new CannotRun(
    `too little disk for a host: expected ${gibibytes(wanted)} free ${told.where} (host.limits.disk), seen ${gibibytes(free)}. Free some (${told.remedy}), or lower host.limits.disk.`,
  );
}

const gibibytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

/** A new name that tells people which run and scenario a host is of; of at most 63 letters, digits and dashes, so that it can name a machine. */
export function hostName({ ownership }: Pick<HostSpec, 'ownership'>): string {
  const scenario = ownership.scenario.replaceAll(/[^a-zA-Z0-9]+/g, '-').slice(0, 24);
  return `${hostPrefix}${ownership.run}-${scenario}-${randomBytes(3).toString('hex')}`.replaceAll(/-+/g, '-');
}

/** How the name of each host begins. */
const hostPrefix = 'runbook-drill-';
