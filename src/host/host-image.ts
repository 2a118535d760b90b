/** The image that hosts are made from: from a release, else built once on this machine. */
import { join } from 'node:path';
import type { HostSpec } from '../ports/host.ts';
import { baseFor, splitName, timed, type ImageWork } from './base-image.ts';
import { buildImage, hashFolder, localImage } from './build.ts';
import { withPackages } from './host-packages.ts';
import { imagesFolder } from './package-folder.ts';
import { contextCopy, hasGo, runScript } from './recipes.ts';

/** Where releases publish the host image, tagged with the hash of its definition and the processor that it is for. */
const published = 'ghcr.io/runbook-drill/host';

/** @param name the image's own, with the hash of its definition. @param arch as Node names processors. */
export const publishedAs = (name: string, arch: string = process.arch): string => `${published}:${splitName(name).tag}-${arch}`;

/** Name of the host image with this engine and these packages, which is there once this resolves. */
export async function hostImage({ engine, packages }: Pick<HostSpec, 'engine' | 'packages'>, work: ImageWork): Promise<string> {
  const folder = join(imagesFolder(), 'host');
  const base = `runbook-drill/host:${await hashFolder(folder)}`;
  if ((await localImage(work.docker, base)) === null && !(await pullPublished(base, work))) {
    await baseFor(work);
    await timed(work, 'the host image', () => buildImage({ ...work, folder, tag: base }));
  }
  const name = engine === 'docker' ? base : await withEngine(base, engine, work);
  return packages.length === 0 ? name : withPackages(name, packages, work);
}

/** The host image with Incus or LXD in the place of Docker. What serves buckets is built first where there is a Go toolchain. */
async function withEngine(base: string, engine: 'incus' | 'lxd', work: ImageWork): Promise<string> {
  const folder = join(imagesFolder(), 'host-instances');
  const plain = `runbook-drill/host-${engine}:${splitName(base).tag}-${await hashFolder(folder)}`;
  const withBuckets = `${plain}-buckets`;
  if (engine === 'incus') {
    if ((await localImage(work.docker, withBuckets)) !== null) return withBuckets;
    if ((await hasGo()) && (await builtWithBuckets(folder, withBuckets, base, work))) return withBuckets;
  }
  if ((await localImage(work.docker, plain)) === null) {
    await timed(work, `the host image with ${engine}`, () => buildImage({ ...work, folder, tag: plain, args: { HOST: base, ENGINE: engine } }));
  }
  return plain;
}

async function builtWithBuckets(folder: string, tag: string, base: string, work: ImageWork): Promise<boolean> {
  await using context = await contextCopy(folder);
  try {
    await timed(work, 'what serves buckets', () => runScript('build.sh', context.path, work.signal));
  } catch {
    work.signal.throwIfAborted();
    work.progress('what serves buckets cannot be built here: a host without buckets');
    return false;
  }
  await timed(work, 'the host image with incus', () => buildImage({ ...work, folder: context.path, tag, args: { HOST: base, ENGINE: 'incus' } }));
  return true;
}

async function pullPublished(name: string, { docker, registries, signal }: ImageWork): Promise<boolean> {
  const source = publishedAs(name);
  if (!(await registries.pull(source, signal))) return false;
  await docker.getImage(source).tag(splitName(name));
  return true;
}
