/** Pools, custom volumes and instances of an Incus or LXD engine: what there is, and where its content lies in the host. */
import { z } from 'zod';
import type { EngineVolume, IdRange } from '../ports/engine.ts';
import { type InstanceApi, apiPath } from './instance-api.ts';
import { type Named, type Stored, defaultProject, shown } from './instance-names.ts';
import { birthsOf } from './births.ts';

const config = z.record(z.string(), z.string()).nullish().transform((given) => given ?? {});
const device = z.record(z.string(), z.string());

const projectSchema = z.object({ name: z.string(), config });
const volumeSchema = z.object({ name: z.string(), config, content_type: z.string().default('filesystem'), created_at: z.string().optional() });
const bucketSchema = z.object({ name: z.string() });
const instanceSchema = z.object({
  name: z.string(),
  project: z.string().default(defaultProject),
  status: z.string(),
  created_at: z.string().default(''),
  expanded_config: config,
  expanded_devices: z.record(z.string(), device).nullish().transform((given) => given ?? {}),
});

export interface CustomVolume extends Stored {
  /** Folder in the host that holds the content. */
  readonly root: string;
  readonly config: Readonly<Record<string, string>>;
}

export interface Instance extends Named {
  readonly running: boolean;
  readonly created: string;
  readonly config: Readonly<Record<string, string>>;
  readonly devices: readonly Readonly<Record<string, string>>[];
  /** The project that its volumes are in. */
  readonly volumesIn: string;
}

/** Projects that have volumes, or buckets, of their own; the others use those of `default`. */
async function projectsWith(api: InstanceApi, feature: 'volumes' | 'buckets'): Promise<readonly string[]> {
  const projects = await api.list(apiPath(['projects'], { recursion: '1' }), projectSchema);
  return projects.filter((project) => project.config[`features.storage.${feature}`] === 'true' || project.name === defaultProject).map(({ name }) => name);
}

export async function poolNames(api: InstanceApi): Promise<readonly string[]> {
  const urls = await api.list(apiPath(['storage-pools']), z.string());
  return urls.map((url) => decodeURIComponent(url.split('/').at(-1) ?? ''));
}

/** Custom volumes of all pools and projects, snapshots left out. */
export async function customVolumes(api: InstanceApi): Promise<readonly CustomVolume[]> {
  const [pools, projects] = await Promise.all([poolNames(api), projectsWith(api, 'volumes')]);
  const lists = await Promise.all(pools.flatMap((pool) => projects.map((project) => volumesIn(api, pool, project))));
  return lists.flat();
}

async function volumesIn(api: InstanceApi, pool: string, project: string): Promise<readonly CustomVolume[]> {
  const volumes = await api.list(apiPath(['storage-pools', pool, 'volumes', 'custom'], { project, recursion: '1' }), volumeSchema);
  return volumes.filter(({ name }) => !name.includes('/')).map((volume) => ({ project, pool, name: volume.name, root: volumeFolder(api, { project, pool, name: volume.name }), config: volume.config }));
}

export function volumeFolder({ dialect }: InstanceApi, { project, pool, name }: Stored): string {
  return `${dialect.home}/storage-pools/${pool}/custom/${project}_${name}`;
}

export async function customVolume(api: InstanceApi, { project, pool, name }: Stored): Promise<CustomVolume | null> {
  const volume = await api.get(apiPath(['storage-pools', pool, 'volumes', 'custom', name], { project }), volumeSchema);
  return volume === null ? null : { project, pool, name, root: volumeFolder(api, { project, pool, name }), config: volume.config };
}

export async function buckets(api: InstanceApi): Promise<readonly Stored[]> {
  if (api.dialect.name === 'lxd') return [];
  const [pools, projects] = await Promise.all([poolNames(api), projectsWith(api, 'buckets')]);
  const lists = await Promise.all(
    pools.flatMap((pool) =>
      projects.map(async (project) => (await api.list(apiPath(['storage-pools', pool, 'buckets'], { project, recursion: '1' }), bucketSchema)).map(({ name }) => ({ project, pool, name }))),
    ),
  );
  return lists.flat();
}

/** Instances of all projects. */
export async function instances(api: InstanceApi): Promise<readonly Instance[]> {
  const [found, projects] = await Promise.all([api.list(apiPath(['instances'], { 'all-projects': 'true', recursion: '1' }), instanceSchema), projectsWith(api, 'volumes')]);
  return found.map(({ name, project, status, created_at: created, expanded_config, expanded_devices }) => ({
    name,
    project,
    running: status !== 'Stopped',
    created,
    config: expanded_config,
    devices: Object.values(expanded_devices),
    volumesIn: projects.includes(project) ? project : defaultProject,
  }));
}

/** The root file system of an instance, or null where there is no such instance, or it is not mounted. */
export async function instanceRoot({ dialect, host }: InstanceApi, instance: Instance): Promise<string | null> {
  const pool = instance.devices.find((each) => each['type'] === 'disk' && each['path'] === '/')?.['pool'];
  if (pool === undefined) return null;
  const name = instance.project === defaultProject ? instance.name : `${instance.project}_${instance.name}`;
  const root = `${dialect.home}/storage-pools/${pool}/containers/${name}/rootfs`;
  return (await host.exec(['/usr/bin/test', '-e', root])).exitCode === 0 ? root : null;
}

/** Every custom volume with its birth. */
export async function listVolumes(api: InstanceApi): Promise<readonly EngineVolume[]> {
  const volumes = await customVolumes(api);
  const births = await birthsOf(api.host, volumes.map(({ root }) => root));
  return volumes.map((volume) => ({ name: shown(volume), root: volume.root, born: births.get(volume.root) ?? 0, anonymous: false }));
}

const idRangeSchema = z.object({ Isuid: z.boolean(), Isgid: z.boolean(), Hostid: z.number(), Nsid: z.number(), Maprange: z.number() });

/**
 * How the owners in a volume or instance are kept: what its last user's map says (`volatile.idmap.last` of a volume,
 * `volatile.last_state.idmap` of an instance). Empty where they are kept as they are.
 */
export function idRanges(text: string | undefined): readonly IdRange[] {
  if (text === undefined || text === '') return [];
  const ranges = z.array(idRangeSchema).nullable().parse(JSON.parse(text)) ?? [];
  return ranges.flatMap(({ Isuid, Isgid, Hostid: outside, Nsid: inside, Maprange: count }) => [
    ...(Isuid ? [{ of: 'user', inside, outside, count } as const] : []),
    ...(Isgid ? [{ of: 'group', inside, outside, count } as const] : []),
  ]);
}
