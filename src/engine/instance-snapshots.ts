/** Snapshots of volumes and instances: what the engine keeps of a place. */
import { z } from 'zod';
import type { EngineArtefact, PlaceLocation } from '../ports/engine.ts';
import { birthsOf } from './births.ts';
import { type InstanceApi, apiPath } from './instance-api.ts';
import { instanceNamed, shown, type Stored, storedNamed } from './instance-names.ts';

const snapshotSchema = z.object({ name: z.string(), created_at: z.string() });

interface Snapshot {
  readonly name: string;
  /** Seconds since 1970, by the host's clock. */
  readonly born: number;
}

/** Snapshots of the places that were made since then. A snapshot does not outlive its volume or its instance. */
export async function snapshotsSince(api: InstanceApi, places: readonly PlaceLocation[], since: number): Promise<readonly EngineArtefact[]> {
  const found = await Promise.all(
    places.map(async (place): Promise<readonly EngineArtefact[]> => {
      const snapshots = place.type === 'volume' ? await ofVolume(api, storedNamed(place.name)) : place.type === 'instance' ? await ofInstance(api, place.name) : [];
      return snapshots.filter(({ born }) => born >= since).map(({ name, born }) => ({ kind: 'snapshot', name, holds: [place], born, bytes: null }));
    }),
  );
  return found.flat();
}

async function ofInstance(api: InstanceApi, place: string): Promise<readonly Snapshot[]> {
  const instance = instanceNamed(place);
  const snapshots = await api.list(apiPath(['instances', instance.name, 'snapshots'], { project: instance.project, recursion: '1' }), snapshotSchema);
  return snapshots.map(({ name, created_at: created }) => ({ name: `${shown(instance)}/${lastPart(name)}`, born: Date.parse(created) / 1000 }));
}

async function ofVolume(api: InstanceApi, volume: Stored): Promise<readonly Snapshot[]> {
  const { project, pool, name } = volume;
  const snapshots = await api.list(apiPath(['storage-pools', pool, 'volumes', 'custom', name, 'snapshots'], { project, recursion: '1' }), snapshotSchema);
  return Promise.all(
    snapshots.map(async (snapshot) => {
      const last = lastPart(snapshot.name);
      const told = Date.parse(snapshot.created_at) / 1000;
      return { name: `${shown(volume)}/${last}`, born: told > 0 ? told : await folderBirth(api, `${api.dialect.home}/storage-pools/${pool}/custom-snapshots/${project}_${name}/${last}`) };
    }),
  );
}

const lastPart = (name: string): string => name.split('/').at(-1) ?? name;

/**
 * LXD 5.0 does not tell when a volume's snapshot was made. A subvolume of btrfs has the birth of what it was made from, and tells its
 * own to the second: the end of that second, since nothing was made later than it is told.
 */
async function folderBirth({ host }: InstanceApi, folder: string): Promise<number> {
  const { exitCode, stdout } = await host.exec(['/usr/bin/btrfs', 'subvolume', 'show', folder], { env: { TZ: 'UTC', LC_ALL: 'C' } });
  const [, day, time, zone] = /^\s*Creation time:\s+(\S+) (\S+) ([+-]\d{4})$/m.exec(stdout.toString('utf8')) ?? [];
  if (exitCode === 0 && day !== undefined && time !== undefined && zone !== undefined) return Date.parse(`${day}T${time}${zone}`) / 1000 + 0.999;
  return (await birthsOf(host, [folder])).get(folder) ?? 0;
}
