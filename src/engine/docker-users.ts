/** Which running containers have a place open. */
import type { PlaceLocation } from '../ports/engine.ts';
import type { Host } from '../ports/host.ts';
import { listContainers, listVolumes } from './docker-api.ts';
import { absolutePath, isWithin, realPaths } from './paths.ts';

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
  const volumes = await volumeSources(host);
  const mounts = await mountsOfRunning(host, volumes);
  if (mounts.length === 0 || places.length === 0) return [];
  const roots = await Promise.all(places.map((place) => rootsOf(host, place, volumes)));
  const wanted = await realPaths(host, roots.flat());
  const sources = await realPaths(host, mounts.map((mount) => mount.source));
  const uses = (mount: Mount, source: string): boolean => wanted.some((root) => isWithin(source, root) || (mount.writable && isWithin(root, source)));
  return [...new Set(mounts.filter((mount, at) => uses(mount, sources[at] ?? mount.source)).map((mount) => mount.container))];
}

async function mountsOfRunning(host: Host, volumes: ReadonlyMap<string, readonly string[]>): Promise<readonly Mount[]> {
  return (await listContainers(host, 'running')).flatMap(({ name: container, mounts }) =>
    mounts.flatMap(({ Type, Name, Source = '', RW: writable }) => {
      // A volume may be a bind in disguise: the local driver's `device`.
      const sources = Type === 'volume' && Name !== undefined ? [...(volumes.get(Name) ?? []), Source] : [Source];
      return sources.filter((source) => source.startsWith('/')).map((source) => ({ container, source, writable }));
    }),
  );
}

/** Volume to where its content is: its folder, and the folder that the local driver binds there. */
async function volumeSources(host: Host): Promise<ReadonlyMap<string, readonly string[]>> {
  const volumes = await listVolumes(host);
  return new Map(volumes.map(({ Name, Mountpoint, Options }) => [Name, [Mountpoint, Options?.['device'] ?? ''].filter((path) => path.startsWith('/'))]));
}

async function rootsOf(host: Host, place: PlaceLocation, volumes: ReadonlyMap<string, readonly string[]>): Promise<readonly string[]> {
  if (place.type === 'volume') return volumes.get(place.name) ?? [];
  return place.type === 'path' || place.type === 'file' ? [await absolutePath(host, place.path)] : [];
}
