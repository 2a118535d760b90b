/** The volumes of a Docker engine: where they are and when they were born. */
import type { EngineVolume } from '../ports/engine.ts';
import type { Host } from '../ports/host.ts';
import { listVolumes, volumeNamed } from './docker-api.ts';
import { birthsOf } from './births.ts';
import { exists } from './paths.ts';

/** Docker names what no person named. */
export const isAnonymous = (volume: string): boolean => /^[0-9a-f]{64}$/.test(volume);

/** All volumes, with the birth of their folder by the host's file system; to the second where it keeps none. */
export async function engineVolumes(host: Host): Promise<readonly EngineVolume[]> {
  const volumes = await listVolumes(host);
  const births = await birthsOf(host, volumes.map(({ Mountpoint }) => volumeFolder(Mountpoint)));
  return volumes.map(({ Name, Mountpoint, CreatedAt }) => ({
    name: Name,
    root: Mountpoint,
    born: births.get(volumeFolder(Mountpoint)) ?? Date.parse(CreatedAt ?? '') / 1000,
    anonymous: isAnonymous(Name),
  }));
}

/**
 * Where a volume's content is, or null where there is no such volume. That of a folder in disguise (the local driver's bind) is
 * in that folder: it is mounted on the volume's own only while a container uses it.
 */
export async function volumeRoot(host: Host, name: string): Promise<string | null> {
  const volume = await volumeNamed(host, name);
  if (volume === null) return null;
  const device = volume.Options?.['device'] ?? '';
  if (!device.startsWith('/') || !/\br?bind\b/.test(volume.Options?.['o'] ?? '')) return volume.Mountpoint;
  return (await exists(host, device)) ? device : null;
}

/** The folder around `_data`: it is born with the volume, while a restore may make `_data` anew. */
function volumeFolder(mountpoint: string): string {
  return mountpoint.replace(/\/_data$/, '');
}
