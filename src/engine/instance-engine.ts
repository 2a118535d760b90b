/** The engine port for Incus and LXD, which are one program in two dialects. */
import type { Engine, IdRange, PlaceLocation } from '../ports/engine.ts';
import type { Host } from '../ports/host.ts';
import { type Dialect, InstanceApi, apiPath } from './instance-api.ts';
import { copyOfBucket, putBackBucket } from './instance-bucket.ts';
import { insideCommand } from './instance-inside.ts';
import { whatIsInUse } from './instance-inventory.ts';
import { defaultProject, instanceNamed, isSame, shown, storedNamed } from './instance-names.ts';
import { removePlace, removeStack } from './instance-removal.ts';
import { snapshotsSince } from './instance-snapshots.ts';
import { buckets, customVolume, customVolumes, idRanges, type Instance, instanceRoot, instances, listVolumes, poolNames, volumeFolder } from './instance-storage.ts';
import { killUsers, startAgain, stopUsers } from './instance-users.ts';
import { absolutePath, exists } from './paths.ts';

export function instanceEngine(dialect: Dialect): Engine {
  const apiOf = (host: Host): InstanceApi => new InstanceApi(host, dialect);
  return {
    name: dialect.name,
    storage: [dialect.home],
    // Of `storage bucket create`, `bucket key create` and `bucket key show`.
    secretLabels: ['Admin secret key: ', 'Secret key: ', 'secret-key: '],
    volumes: (host) => listVolumes(apiOf(host)),
    makeVolume: (host, name) => makeVolume(apiOf(host), name),
    locate: (host, place) => locate(apiOf(host), place),
    putBack: async (host, place) => (place.type === 'bucket' ? putBackBucket(apiOf(host), storedNamed(place.name)) : undefined),
    idRanges: (host, place) => idRangesOf(apiOf(host), place),
    killUsers: (host, places) => killUsers(apiOf(host), places),
    stopUsers: (host, places) => stopUsers(apiOf(host), places),
    startAgain: (host, killed) => startAgain(apiOf(host), killed),
    removePlace: (host, place) => removePlace(apiOf(host), place),
    removeStack: (host, keep) => removeStack(apiOf(host), keep),
    inventory: (host) => inventory(apiOf(host)),
    inUse: (host) => whatIsInUse(apiOf(host)),
    artefacts: (host, places, since) => snapshotsSince(apiOf(host), places, since),
    insideCommand: (inside, command) => insideCommand(dialect, inside, command),
  };
}

/** Without a pool in its name it is in the pool that the host came with, else in the first there is. */
async function makeVolume(api: InstanceApi, name: string): Promise<string> {
  const pools = await poolNames(api);
  const pool = pools.includes('local') ? 'local' : pools[0];
  const volume = name.includes('/') || pool === undefined ? storedNamed(name) : { project: defaultProject, pool, name };
  await api.change('POST', apiPath(['storage-pools', volume.pool, 'volumes', 'custom'], { project: volume.project }), { name: volume.name, type: 'custom', content_type: 'filesystem', config: {} });
  return volumeFolder(api, volume);
}

async function locate(api: InstanceApi, place: PlaceLocation): Promise<string | null> {
  if (place.type === 'volume') return mounted(api, (await customVolume(api, storedNamed(place.name)))?.root ?? null);
  if (place.type === 'bucket') return copyOfBucket(api, storedNamed(place.name));
  if (place.type !== 'instance') return mounted(api, await absolutePath(api.host, place.path));
  const instance = await instanceOf(api, place.name);
  return instance === null ? null : instanceRoot(api, instance);
}

/** Null for what is not there, or, in pools of some drivers, is mounted only while an instance uses it. */
async function mounted({ host }: InstanceApi, path: string | null): Promise<string | null> {
  return path !== null && (await exists(host, path)) ? path : null;
}

async function instanceOf(api: InstanceApi, name: string): Promise<Instance | null> {
  return (await instances(api)).find((instance) => isSame(instance, instanceNamed(name))) ?? null;
}

async function idRangesOf(api: InstanceApi, place: PlaceLocation): Promise<readonly IdRange[]> {
  if (place.type === 'volume') return idRanges((await customVolume(api, storedNamed(place.name)))?.config['volatile.idmap.last']);
  if (place.type === 'instance') return idRanges((await instanceOf(api, place.name))?.config['volatile.last_state.idmap']);
  return [];
}

async function inventory(api: InstanceApi): Promise<readonly string[]> {
  const found = await Promise.all([instances(api), customVolumes(api), buckets(api)]);
  return found.flat().map(shown);
}
