/** What the running instances of an Incus or LXD engine use: volumes, folders of the host, buckets, images. */
import { z } from 'zod';
import type { DataInUse, ImageInUse, InUse } from '../ports/engine.ts';
import { type InstanceApi, apiPath } from './instance-api.ts';
import { shown } from './instance-names.ts';
import { buckets, type Instance, instanceRoot, instances, volumeFolder } from './instance-storage.ts';
import { bindsOf, volumesOf } from './instance-users.ts';
import { realPaths } from './paths.ts';

export async function whatIsInUse(api: InstanceApi): Promise<InUse> {
  const running = (await instances(api)).filter((instance) => instance.running);
  const [disks, roots, objects, images] = await Promise.all([disksOf(api, running), rootsOf(api, running), bucketsInUse(api), imagesOf(api, running)]);
  return { data: [...disks, ...roots, ...objects], images };
}

type Use = Pick<DataInUse, 'kind' | 'name' | 'root' | 'readOnly'> & { readonly by: string };

async function disksOf(api: InstanceApi, running: readonly Instance[]): Promise<readonly DataInUse[]> {
  const uses = await Promise.all(
    running.map(async (instance): Promise<readonly Use[]> => {
      const by = shown(instance);
      const binds = bindsOf(instance);
      const real = await realPaths(api.host, binds.map(({ source }) => source));
      return [
        ...volumesOf(instance).map((volume): Use => ({ kind: 'volume', name: shown(volume), root: volumeFolder(api, volume), readOnly: volume.readOnly, by })),
        ...binds.map(({ source, readOnly }, at): Use => ({ kind: 'bind', name: source, root: real[at] ?? source, readOnly, by })),
      ];
    }),
  );
  const same = Map.groupBy(uses.flat(), ({ kind, name }) => `${kind} ${name}`);
  return [...same.values()].flatMap((group) =>
    group.slice(0, 1).map(({ kind, name, root }) => ({
      kind,
      name,
      root,
      anonymous: false,
      readOnly: group.every(({ readOnly }) => readOnly),
      usedBy: [...new Set(group.map(({ by }) => by))].toSorted(),
    })),
  );
}

/**
 * What an instance keeps in its own file system, for those that have nothing else to keep it in: one with a volume or a folder of the
 * host is made anew as a container is.
 */
async function rootsOf(api: InstanceApi, running: readonly Instance[]): Promise<readonly DataInUse[]> {
  return Promise.all(
    running.filter((instance) => [...volumesOf(instance), ...bindsOf(instance)].every(({ readOnly }) => readOnly)).map(async (instance): Promise<DataInUse> => {
      const name = shown(instance);
      return { kind: 'instance', name, root: await instanceRoot(api, instance), anonymous: false, readOnly: false, usedBy: [name] };
    }),
  );
}

/** A bucket is in use as long as it is there: the engine itself serves it. */
async function bucketsInUse(api: InstanceApi): Promise<readonly DataInUse[]> {
  return (await buckets(api)).map((bucket) => ({ kind: 'bucket', name: shown(bucket), root: null, anonymous: false, readOnly: false, usedBy: [] }));
}

const imageSchema = z.object({ fingerprint: z.string(), aliases: z.array(z.object({ name: z.string() })).nullish() });

async function imagesOf(api: InstanceApi, running: readonly Instance[]): Promise<readonly ImageInUse[]> {
  const known = await api.list(apiPath(['images'], { recursion: '1' }), imageSchema);
  return running.flatMap((instance) => {
    const id = instance.config['volatile.base_image'];
    if (id === undefined) return [];
    const alias = known.find(({ fingerprint }) => fingerprint === id)?.aliases?.[0]?.name;
    return [
      {
        instance: shown(instance),
        image: alias ?? instance.config['image.description'] ?? id,
        // One that the drill has put there says itself what it is: the engine's fingerprint is another at each import.
        id: instance.config['image.drill-id'] ?? id,
        digests: [],
        version: instance.config['image.version'] ?? instance.config['image.release'] ?? null,
        created: Date.parse(instance.created) / 1000,
      },
    ];
  });
}
