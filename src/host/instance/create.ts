/** An instance that is a host: what it is given, and nothing more. */
import { z } from 'zod';
import { CannotRun, type HostSpec } from '../../ports/host.ts';
import { hostEnvironment, mostProcesses, requireFree } from '../prepare.ts';
import type { InstanceServer } from './server.ts';

const devicesSchema = z.record(z.string(), z.record(z.string(), z.string()));
type Devices = z.infer<typeof devicesSchema>;

/** Where hosts of this server lie, and how they get out. */
export interface Surroundings {
  readonly pool: string;
  readonly driver: string;
  /** The network card that instances usually get; null where they get none. */
  readonly card: Readonly<Record<string, string>> | null;
}

/** Taken from the profile `default`, as every instance that a person launches takes them. */
export async function surroundingsOf(server: InstanceServer): Promise<Surroundings> {
  const { devices } = await server.ask('/profiles/default', z.object({ devices: devicesSchema }));
  const all = Object.values(devices);
  const pool = all.find(({ type, path }) => type === 'disk' && path === '/')?.['pool'];
  if (pool === undefined) throw new CannotRun(`${server.kind.title} has no pool for instances: expected a root disk in its profile 'default', seen none. As root: ${server.kind.name === 'lxd' ? 'lxd init' : 'incus admin init'}.`);
  const { driver } = await server.ask(`/storage-pools/${pool}`, z.object({ driver: z.string() }));
  return { pool, driver, card: all.find(({ type }) => type === 'nic') ?? null };
}

/** @throws CannotRun when less disk is free in the pool than a host may use */
export async function requirePool(server: InstanceServer, { pool }: Surroundings, spec: Pick<HostSpec, 'limits'>): Promise<void> {
  const { space } = await server.ask(`/storage-pools/${pool}/resources`, z.object({ space: z.object({ used: z.number(), total: z.number() }) }));
  requireFree(space.total - space.used, spec, { where: `in the pool ${pool} of ${server.kind.title}`, remedy: `${server.kind.name === 'lxd' ? 'lxc' : 'incus'} image list` });
}

export interface InstanceRequest {
  readonly name: string;
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: HostSpec;
  readonly surroundings: Surroundings;
}

/** Creates and starts the instance. What was made before a failure is left to the caller, by name. */
export async function startInstance(server: InstanceServer, { name, fingerprint, labels, spec, surroundings }: InstanceRequest, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const body = { name, type: 'container', source: { type: 'image', fingerprint }, profiles: [], config: configOf(spec, labels, server), devices: devicesOf(spec, surroundings, server) };
  await server.perform('/instances', { method: 'POST', body });
  signal.throwIfAborted();
  await server.perform(`/instances/${name}/state`, { method: 'PUT', body: { action: 'start', timeout: -1 } });
  signal.throwIfAborted();
}

function configOf(spec: HostSpec, labels: Readonly<Record<string, string>>, { kind }: InstanceServer): Record<string, string> {
  const { cpu, memoryBytes } = spec.limits;
  const env = { ...hostEnvironment(spec), RUNBOOK_DRILL_HOSTNAME: spec.hostname };
  return {
    ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`user.${key}`, value])),
    ...Object.fromEntries(Object.entries(env).map(([key, value]) => [`environment.${key}`, value])),
    'security.privileged': 'false',
    // An engine in it makes control groups, mounts and name spaces of its own.
    'security.nesting': 'true',
    // Nothing of the machine is told to who asks from inside.
    [kind.guestApiKey]: 'false',
    'boot.autostart': 'false',
    'limits.processes': String(mostProcesses),
    ...(cpu === null ? {} : { 'limits.cpu.allowance': `${Math.max(1, Math.round(cpu * 100))}ms/100ms` }),
    ...(memoryBytes === null ? {} : { 'limits.memory': `${memoryBytes}B` }),
  };
}

/** Drivers whose volumes hold to a size wherever they lie; `dir` needs project quotas of the file system under it. */
const sized: ReadonlySet<string> = new Set(['btrfs', 'zfs', 'lvm']);

function devicesOf({ limits, network }: HostSpec, { pool, driver, card }: Surroundings, { kind }: InstanceServer): Devices {
  const size = limits.diskBytes === null || !sized.has(driver) ? {} : { size: `${limits.diskBytes}B` };
  const root = { type: 'disk', path: '/', pool, ...size };
  if (network === 'isolated') return { root };
  if (card === null) throw new CannotRun(`${kind.title} has no network for a host with \`network: open\`: expected a network card in its profile 'default', seen none`);
  return { root, eth0: { ...card, name: 'eth0' } };
}
