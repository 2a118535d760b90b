/** Images for a host's engine: what is there, else from a registry, else built, else one of the recipes that this package ships. */
import type Docker from 'dockerode';
import { Readable } from 'node:stream';
import type { ImageRequest, ProvidedImage } from '../ports/host.ts';
import { localImage } from './build.ts';
import type { ImageWork } from './host-image.ts';

/** `Environment.provideImage` on the outer engine. */
export async function provideImage(request: ImageRequest, work: ImageWork): Promise<ProvidedImage | null> {
  const { docker, registries, signal } = work;
  if ((await localImage(docker, request.name)) !== null || (await registries.pull(request.name, signal))) {
    return provided(docker, request.name, request.name, null);
  }
  return null;
}

function provided(docker: Docker, name: string, source: string, standIn: string | null): ProvidedImage {
  return { name, standIn, save: async () => new Readable().wrap(await docker.getImage(source).get()) };
}
