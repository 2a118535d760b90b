/** Removing places and the whole stack from an Incus or LXD engine. What is gone already is no error. */
import { z } from 'zod';
import type { PlaceLocation } from '../ports/engine.ts';
import { type InstanceApi, apiPath } from './instance-api.ts';
import { defaultProject, instanceNamed, type Named, shown, type Stored, storedNamed } from './instance-names.ts';
import { buckets, customVolumes, instances } from './instance-storage.ts';
import { kill, usersOf } from './instance-users.ts';

/** A volume goes with the instances that have it, as a machine goes with its disk; out of profiles it is only taken. */
export async function removePlace(api: InstanceApi, place: PlaceLocation): Promise<void> {
  if (place.type === 'path' || place.type === 'file') throw new Error(`a ${place.type} is none of ${api.dialect.name}'s: its content is removed in the host`);
  for (const user of await usersOf(api, [place])) await removeInstance(api, user);
  if (place.type === 'bucket') await removeBucket(api, storedNamed(place.name));
  if (place.type === 'volume') {
    await detachFromProfiles(api, storedNamed(place.name));
    await removeVolume(api, storedNamed(place.name));
  }
}

/** All instances, their profiles and networks, and all volumes and buckets but `keep`. What the host came with stays, pools too. */
export async function removeStack(api: InstanceApi, keep: readonly PlaceLocation[]): Promise<void> {
  const kept = (type: PlaceLocation['type']): ReadonlySet<string> =>
    new Set(keep.flatMap((place) => ('name' in place && place.type === type ? [shown(type === 'instance' ? instanceNamed(place.name) : storedNamed(place.name))] : [])));
  const [keptInstances, keptVolumes, keptBuckets] = [kept('instance'), kept('volume'), kept('bucket')];
  for (const instance of await instances(api)) if (!keptInstances.has(shown(instance))) await removeInstance(api, instance);
  await removeProfiles(api);
  await removeNetworks(api);
  for (const volume of await customVolumes(api)) {
    if (keptVolumes.has(shown(volume))) continue;
    await detachFromProfiles(api, volume);
    await removeVolume(api, volume);
  }
  for (const bucket of await buckets(api)) if (!keptBuckets.has(shown(bucket))) await removeBucket(api, bucket);
}

async function removeInstance(api: InstanceApi, instance: Named & { readonly running: boolean }): Promise<void> {
  if (instance.running) await kill(api, instance);
  await api.change('DELETE', apiPath(['instances', instance.name], { project: instance.project }));
}

async function removeVolume(api: InstanceApi, { project, pool, name }: Stored): Promise<void> {
  await api.change('DELETE', apiPath(['storage-pools', pool, 'volumes', 'custom', name], { project }));
}

async function removeBucket(api: InstanceApi, { project, pool, name }: Stored): Promise<void> {
  await api.change('DELETE', apiPath(['storage-pools', pool, 'buckets', name], { project }));
}

const profileSchema = z.object({
  name: z.string(),
  description: z.string().default(''),
  config: z.record(z.string(), z.string()).nullish(),
  devices: z.record(z.string(), z.record(z.string(), z.string())).nullish(),
  used_by: z.array(z.string()).nullish(),
});

async function projects(api: InstanceApi): Promise<readonly string[]> {
  return (await api.list(apiPath(['projects'], { recursion: '1' }), z.object({ name: z.string() }))).map(({ name }) => name);
}

async function detachFromProfiles(api: InstanceApi, { pool, name }: Stored): Promise<void> {
  for (const project of await projects(api)) {
    for (const profile of await api.list(apiPath(['profiles'], { project, recursion: '1' }), profileSchema)) {
      const devices = Object.entries(profile.devices ?? {});
      const left = devices.filter(([, device]) => device['pool'] !== pool || device['source']?.split('/')[0] !== name);
      if (left.length === devices.length) continue;
      const { description, config } = profile;
      await api.change('PUT', apiPath(['profiles', profile.name], { project }), { description, config: config ?? {}, devices: Object.fromEntries(left) });
    }
  }
}

/** Those that nothing uses any more, but the ones called `default`, which are the engine's own. */
async function removeProfiles(api: InstanceApi): Promise<void> {
  for (const project of await projects(api)) {
    for (const { name, used_by: users } of await api.list(apiPath(['profiles'], { project, recursion: '1' }), profileSchema)) {
      if (name !== 'default' && (users ?? []).length === 0) await api.change('DELETE', apiPath(['profiles', name], { project }));
    }
  }
}

const networkSchema = z.object({ name: z.string(), managed: z.boolean(), used_by: z.array(z.string()).nullish() });

/** Those that nothing uses any more; the bridge that the host came with is in the profile `default`. */
async function removeNetworks(api: InstanceApi): Promise<void> {
  for (const project of await projects(api)) {
    for (const { name, managed, used_by: users } of await api.list(apiPath(['networks'], { project, recursion: '1' }), networkSchema)) {
      const isOurs = project === defaultProject && name === `${api.dialect.name}br0`;
      if (managed && !isOurs && (users ?? []).length === 0) await api.change('DELETE', apiPath(['networks', name], { project }));
    }
  }
}
