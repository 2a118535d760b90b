/** Which running containers have a place open. */
import { z } from 'zod';
import type { PlaceLocation } from '../ports/engine.ts';
import type { Host } from '../ports/host.ts';
import { docker, inspect, lines } from './docker-command.ts';
import { absolutePath, isWithin, realPaths } from './paths.ts';

const containerSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Mounts: z.array(z.object({ Type: z.string(), Name: z.string().optional(), Source: z.string().optional(), RW: z.boolean() })),
});
const volumeSchema = z.object({ Name: z.string(), Mountpoint: z.string(), Options: z.record(z.string(), z.string()).nullish() });

interface Mount {
  readonly container: string;
  /** Where the content is in the host. */
  readonly source: string;
  readonly writable: boolean;
}

/**
 * Names of running containers that mount one of the places, something in it, or, to write, a folder above it.
 * Whoever only reads a folder above (a metrics exporter that sees all of `/`) has no memory of the place to flush.
 */
export async function usersOf(host: Host, places: readonly PlaceLocation[]): Promise<readonly string[]> {
  const mounts = await mountsOfRunning(host);
  if (mounts.length === 0 || places.length === 0) return [];
  const volumes = await volumeSources(host);
  const roots = await Promise.all(places.map((place) => rootsOf(host, place, volumes)));
  const wanted = await realPaths(host, roots.flat());
  const sources = await realPaths(host, mounts.map((mount) => mount.source));
  const uses = (mount: Mount, source: string): boolean => wanted.some((root) => isWithin(source, root) || (mount.writable && isWithin(root, source)));
  return [...new Set(mounts.filter((mount, at) => uses(mount, sources[at] ?? mount.source)).map((mount) => mount.container))];
}

async function mountsOfRunning(host: Host): Promise<readonly Mount[]> {
  const running = lines(await docker(host, ['ps', '--quiet', '--no-trunc']));
  const volumes = await volumeSources(host);
  const containers = z.array(containerSchema).parse(await inspect(host, 'container', running));
  return containers.flatMap(({ Name, Mounts }) =>
    Mounts.flatMap((mount) => {
      // A volume may be a bind in disguise: the local driver's `device`.
      const sources = mount.Type === 'volume' && mount.Name !== undefined ? [...(volumes.get(mount.Name) ?? []), mount.Source ?? ''] : [mount.Source ?? ''];
      return sources.filter((source) => source.startsWith('/')).map((source) => ({ container: Name.replace(/^\//, ''), source, writable: mount.RW }));
    }),
  );
}

/** Volume to where its content is: its folder, and the folder that the local driver binds there. */
async function volumeSources(host: Host): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = lines(await docker(host, ['volume', 'ls', '--quiet']));
  const volumes = z.array(volumeSchema).parse(await inspect(host, 'volume', names));
  return new Map(volumes.map(({ Name, Mountpoint, Options }) => [Name, [Mountpoint, Options?.['device'] ?? ''].filter((path) => path.startsWith('/'))]));
}

async function rootsOf(host: Host, place: PlaceLocation, volumes: ReadonlyMap<string, readonly string[]>): Promise<readonly string[]> {
  if (place.type === 'volume') return volumes.get(place.name) ?? [];
  return place.type === 'path' || place.type === 'file' ? [await absolutePath(host, place.path)] : [];
}
