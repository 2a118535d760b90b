/** Which instances use a place, and how they are killed and started. */
import type { KilledInstance, PlaceLocation } from '../ports/engine.ts';
import { type InstanceApi, Refused, apiPath } from './instance-api.ts';
import { instanceNamed, isSame, type Named, shown, storedNamed } from './instance-names.ts';
import { type Instance, instances } from './instance-storage.ts';
import { absolutePath, isWithin, realPaths } from './paths.ts';

/** Seconds that a kill may take: it is asked for with force, which is SIGKILL to the instance's first process. */
const killSeconds = 30;

/**
 * Instances that have one of the places as a disk, or that are one. Of a folder: who has it, something in it, or, to write, one above it.
 * A bucket is held by the engine itself.
 */
export async function usersOf(api: InstanceApi, places: readonly PlaceLocation[]): Promise<readonly Instance[]> {
  if (places.length === 0) return [];
  const all = await instances(api);
  const holding = await Promise.all(places.map((place) => usersOfOne(api, place, all)));
  return all.filter((instance) => holding.some((some) => some.includes(instance)));
}

async function usersOfOne(api: InstanceApi, place: PlaceLocation, all: readonly Instance[]): Promise<readonly Instance[]> {
  if (place.type === 'bucket') return [];
  if (place.type === 'instance') return all.filter((instance) => isSame(instance, instanceNamed(place.name)));
  if (place.type === 'volume') {
    const wanted = storedNamed(place.name);
    return all.filter((instance) => volumesOf(instance).some((used) => isSame(used, wanted)));
  }
  const [root = place.path] = await realPaths(api.host, [await absolutePath(api.host, place.path)]);
  const users = await Promise.all(all.map(async (instance) => ((await usesPath(api, instance, root)) ? [instance] : [])));
  return users.flat();
}

/** The custom volumes that are an instance's disks. */
export function volumesOf({ devices, volumesIn: project }: Instance): readonly { readonly project: string; readonly pool: string; readonly name: string; readonly readOnly: boolean }[] {
  return devices.flatMap(({ type, pool, source, path, readonly }) =>
    // A source may name a folder in the volume too: `volume/folder`.
    type === 'disk' && pool !== undefined && source !== undefined && path !== '/' ? [{ project, pool, name: source.split('/')[0] ?? source, readOnly: readonly === 'true' }] : [],
  );
}

/** The folders and files of the host that are an instance's disks. */
export function bindsOf({ devices }: Instance): readonly { readonly source: string; readonly readOnly: boolean }[] {
  return devices.flatMap(({ type, pool, source, readonly }) => (type === 'disk' && pool === undefined && source?.startsWith('/') ? [{ source, readOnly: readonly === 'true' }] : []));
}

async function usesPath({ host }: InstanceApi, instance: Instance, root: string): Promise<boolean> {
  const binds = bindsOf(instance);
  const sources = await realPaths(host, binds.map(({ source }) => source));
  return binds.some(({ readOnly }, at) => {
    const source = sources[at] ?? '';
    return isWithin(source, root) || (!readOnly && isWithin(root, source));
  });
}

/** SIGKILL to those of them that run. @throws when one runs on */
export async function killUsers(api: InstanceApi, places: readonly PlaceLocation[]): Promise<readonly KilledInstance[]> {
  const users = (await usersOf(api, places)).filter(({ running }) => running);
  for (const user of users) await kill(api, user);
  const left = (await usersOf(api, places)).filter(({ running }) => running);
  if (left.length > 0) throw new Error(`still running with a lost place after SIGKILL: ${left.map(shown).join(', ')}`);
  return users.map((user) => ({ name: shown(user) }));
}

/** One that ended by itself meanwhile is no error: whoever asks looks again. */
export async function kill(api: InstanceApi, { name, project }: Named): Promise<void> {
  try {
    await api.change('PUT', apiPath(['instances', name, 'state'], { project }), { action: 'stop', force: true, timeout: killSeconds });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** Seconds that those which are asked to stop have for it. */
const stopSeconds = 60;

/** @throws when one does not stop in time */
export async function stopUsers(api: InstanceApi, places: readonly PlaceLocation[]): Promise<readonly KilledInstance[]> {
  const users = (await usersOf(api, places)).filter(({ running }) => running);
  for (const { name, project } of users) await api.change('PUT', apiPath(['instances', name, 'state'], { project }), { action: 'stop', force: false, timeout: stopSeconds });
  return users.map((user) => ({ name: shown(user) }));
}

/**
 * Until each has started or failed to, which is no error: while it starts the engine refuses everybody else's changes to it, and
 * no runbook is to blame for that. What runs inside is not waited for.
 */
export async function startAgain(api: InstanceApi, killed: readonly KilledInstance[]): Promise<void> {
  await Promise.all(
    killed.map(async (each) => {
      const { name, project } = instanceNamed(each.name);
      await api.change('PUT', apiPath(['instances', name, 'state'], { project }), { action: 'start', timeout: killSeconds }).catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
      });
    }),
  );
}
